-- Points as a product: lots that expire, what was taken from them, points set aside, and the order of an account's history.

-- `request` is whose and which Idempotency-Key asked for the transfer (user, line feed, key), where a request did; `note` is
-- what its caller says about it.
ALTER TABLE transfer ADD COLUMN request text;
ALTER TABLE transfer ADD COLUMN note text;

CREATE UNIQUE INDEX transfer_request ON transfer (reason, request) WHERE request IS NOT NULL;

-- Entries of an account are numbered in the order they commit: ids are minted before, so they may commit in another order, and
-- running balances would not follow from each other.
ALTER TABLE account ADD COLUMN entries bigint NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN position bigint NOT NULL DEFAULT 0;

CREATE INDEX entry_history ON entry (account_id, position);

-- Points that were credited together and expire together, named by the transfer that credited them. What remains of all lots
-- of an account is its balance. `expires_at` is NULL where they never expire; `expiries` counts transfers that expired some
-- of it, because points that come back after that expire again. Only columns with an index of their own refer to other tables
-- here: an insert of many parents looks for their children.
CREATE TABLE point_lot (
    transfer_id uuid NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    amount      bigint NOT NULL,
    remaining   bigint NOT NULL,
    expires_at  timestamptz,
    expiries    bigint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    CONSTRAINT point_lot_pk PRIMARY KEY (transfer_id),
    CONSTRAINT point_lot_transfer_known FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
    CONSTRAINT point_lot_amount_positive CHECK (amount > 0),
    CONSTRAINT point_lot_remaining_within_amount CHECK (remaining BETWEEN 0 AND amount)
);

CREATE INDEX point_lot_open ON point_lot (account_id, expires_at, created_at) WHERE remaining > 0;
CREATE INDEX point_lot_due ON point_lot (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;

-- What a transfer took from a lot. `restored_by` is the transfer that put it back, where one did.
CREATE TABLE lot_use (
    transfer_id uuid NOT NULL,
    lot_id      uuid NOT NULL,
    bucket      smallint NOT NULL,
    amount      bigint NOT NULL,
    restored_by uuid,
    CONSTRAINT lot_use_pk PRIMARY KEY (transfer_id, lot_id),
    CONSTRAINT lot_use_transfer_known FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
    CONSTRAINT lot_use_amount_positive CHECK (amount > 0)
);

-- Points set aside: on the account held:<id> while held. `held_until` is NULL where nothing but a request ends it.
CREATE TABLE hold (
    hold_id     uuid NOT NULL,
    user_id     text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    amount      bigint NOT NULL,
    state       text NOT NULL,
    held_until  timestamptz,
    transfer_id uuid NOT NULL,
    ended_by    uuid,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT hold_pk PRIMARY KEY (hold_id),
    CONSTRAINT hold_transfer_known FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
    CONSTRAINT hold_amount_positive CHECK (amount > 0),
    CONSTRAINT hold_state_known CHECK (state IN ('held', 'captured', 'released')),
    CONSTRAINT hold_ended_when CHECK (
        (ended_at IS NOT NULL) = (state <> 'held') AND (ended_by IS NOT NULL) = (state <> 'held'))
);

CREATE UNIQUE INDEX hold_transfer ON hold (transfer_id);
CREATE INDEX hold_overdue ON hold (held_until) WHERE state = 'held' AND held_until IS NOT NULL;

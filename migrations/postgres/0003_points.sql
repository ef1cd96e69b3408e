-- Points as double entry, in hundredths.

-- Who holds points: issuers, below zero by what they gave out, and users (user:<id>), never below zero. Each bucket has an
-- issuer of its own (issuer:<bucket>): it moves with its bucket, and credits of many users do not wait for one row.
CREATE TABLE account (
    account_id text COLLATE "C" NOT NULL,
    bucket     smallint NOT NULL,
    balance    bigint NOT NULL,
    CONSTRAINT account_pk PRIMARY KEY (account_id),
    CONSTRAINT account_balance_not_negative CHECK (balance >= 0 OR account_id = 'issuer:' || bucket)
);

-- One balanced movement of points, once for each reason and key.
CREATE TABLE transfer (
    transfer_id uuid NOT NULL,
    bucket      smallint NOT NULL,
    reason      text NOT NULL,
    key         text COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT transfer_pk PRIMARY KEY (transfer_id),
    CONSTRAINT transfer_key_unique UNIQUE (reason, key)
);

-- One line of an account, with the balance after it.
CREATE TABLE entry (
    transfer_id uuid NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    amount      bigint NOT NULL,
    balance     bigint NOT NULL,
    CONSTRAINT entry_pk PRIMARY KEY (transfer_id, account_id),
    CONSTRAINT entry_transfer_known FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
    CONSTRAINT entry_account_known FOREIGN KEY (account_id) REFERENCES account (account_id)
);

CREATE INDEX entry_account ON entry (account_id, transfer_id, amount);

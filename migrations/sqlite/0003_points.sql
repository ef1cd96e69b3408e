-- Points as double entry, in hundredths.

-- Who holds points: the issuer, below zero by what it gave out, and users (user:<id>), never below zero.
CREATE TABLE account (
    account_id TEXT NOT NULL,
    bucket     INTEGER,
    balance    INTEGER NOT NULL,
    CONSTRAINT account_pk PRIMARY KEY (account_id),
    CONSTRAINT account_bucket_of_user CHECK ((bucket IS NULL) = (account_id = 'issuer')),
    CONSTRAINT account_balance_not_negative CHECK (balance >= 0 OR account_id = 'issuer')
) STRICT, WITHOUT ROWID;

-- One balanced movement of points, once for each reason and key.
CREATE TABLE transfer (
    transfer_id TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    key         TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT transfer_pk PRIMARY KEY (transfer_id),
    CONSTRAINT transfer_key_unique UNIQUE (reason, key)
) STRICT, WITHOUT ROWID;

-- One line of an account, with the balance after it.
CREATE TABLE entry (
    transfer_id TEXT NOT NULL,
    account_id  TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    amount      INTEGER NOT NULL,
    balance     INTEGER NOT NULL,
    CONSTRAINT entry_pk PRIMARY KEY (transfer_id, account_id),
    CONSTRAINT entry_transfer_known FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
    CONSTRAINT entry_account_known FOREIGN KEY (account_id) REFERENCES account (account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_account ON entry (account_id, transfer_id, amount);

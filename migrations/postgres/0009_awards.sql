-- Coupon codes and goods: what awards of these kinds are delivered from.

-- One code of a pool. A code belongs to one award for good; one of an award that is recalled goes back.
CREATE TABLE coupon_code (
    pool            text COLLATE "C" NOT NULL,
    code            text COLLATE "C" NOT NULL,
    award_record_id uuid,
    added_at        timestamptz NOT NULL,
    taken_at        timestamptz,
    CONSTRAINT coupon_code_pk PRIMARY KEY (pool, code),
    CONSTRAINT coupon_code_taken_when CHECK ((taken_at IS NOT NULL) = (award_record_id IS NOT NULL))
);

CREATE UNIQUE INDEX coupon_code_award ON coupon_code (award_record_id) WHERE award_record_id IS NOT NULL;
CREATE INDEX coupon_code_free ON coupon_code (pool, added_at, code) WHERE award_record_id IS NULL;

-- How many codes each pool has ever been given and how many are taken, so that nobody counts millions to show two numbers.
CREATE TABLE coupon_pool (
    pool  text COLLATE "C" NOT NULL,
    total bigint NOT NULL,
    taken bigint NOT NULL,
    CONSTRAINT coupon_pool_pk PRIMARY KEY (pool),
    CONSTRAINT coupon_pool_taken_within_total CHECK (taken BETWEEN 0 AND total)
);

-- Where a winner wants goods sent. Personal data: it stands here and nowhere else.
CREATE TABLE goods_claim (
    award_record_id uuid NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    bucket          smallint NOT NULL,
    recipient       jsonb NOT NULL,
    claimed_at      timestamptz NOT NULL,
    shipped_at      timestamptz,
    tracking        text,
    CONSTRAINT goods_claim_pk PRIMARY KEY (award_record_id),
    CONSTRAINT goods_claim_award_known FOREIGN KEY (award_record_id) REFERENCES award_record (award_record_id),
    CONSTRAINT goods_claim_shipped_with_tracking CHECK ((shipped_at IS NOT NULL) = (tracking IS NOT NULL))
);

CREATE INDEX goods_claim_waiting ON goods_claim (award_record_id) WHERE shipped_at IS NULL;
CREATE INDEX goods_claim_shipped ON goods_claim (award_record_id) WHERE shipped_at IS NOT NULL;

-- Dismissed failures keep their cause, so that a whole cause can be taken back; an attempt keeps
-- its HTTP status; a batch keeps what its key was used for; refused deliveries belong to a day.

DROP INDEX message_cause;
-- Unknown, failed, dismissed.
CREATE INDEX message_cause ON message (connection, failure, state, id) WHERE state IN (7, 8, 12);
INSERT INTO cause (connection, failure, state, n, first_at, last_at)
    SELECT connection, failure, state, COUNT(*), MIN(updated_at), MAX(updated_at) FROM message
    WHERE state = 12 AND failure IS NOT NULL GROUP BY connection, failure, state;

ALTER TABLE attempt ADD COLUMN http INTEGER;

ALTER TABLE batch ADD COLUMN content BLOB;  -- digest of what was asked for, where there is a key
-- Until now a key ended with it, as '/' and 32 hex digits. Of one key used twice the first stands.
UPDATE OR IGNORE batch SET content = unhex(substr(key, -32)), key = substr(key, 1, length(key) - 33)
    WHERE key IS NOT NULL;

ALTER TABLE connection ADD COLUMN refused_on TEXT;  -- the business's day that `refused_receipts` counts

-- name: audit_lock
-- Takes the head of the chain; on a database with many writers this is also the lock.
UPDATE audit_head SET seq = seq + 1 WHERE id = 1;

-- name: audit_head
-- The head of the chain.
SELECT seq, hash FROM audit_head WHERE id = 1;

-- name: audit_add
-- One record.
INSERT INTO audit (seq, at, actor, action, subject, detail, prev_hash, hash)
VALUES (:seq, :at, :actor, :action, :subject, :detail, :prev_hash, :hash);

-- name: audit_advance
-- The new head.
UPDATE audit_head SET hash = :hash WHERE id = 1;

-- name: audit_after
-- Records in order, a page at a time.
SELECT * FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit;

-- name: audit_of
-- The records about one subject, newest first.
SELECT * FROM audit WHERE subject = :subject ORDER BY seq DESC LIMIT :limit;

-- name: digest_keep
-- Keeps the numbers of a day's digest; a later making replaces them until it is sent.
INSERT INTO digests (day, sent_at, key, body) VALUES (:day, NULL, :key, :body)
ON CONFLICT (day) DO UPDATE SET key = excluded.key, body = excluded.body WHERE digests.sent_at IS NULL;

-- name: digest_get
-- The kept digest of a day.
SELECT day, sent_at, key, body FROM digests WHERE day = :day;

-- name: digest_days
-- The days of which a digest is kept, newest first.
SELECT day, sent_at FROM digests ORDER BY day DESC LIMIT :limit;

-- name: digest_sent
-- Notes that a day's digest has left the house.
UPDATE digests SET sent_at = :at WHERE day = :day AND sent_at IS NULL;

-- name: digest_claim
-- Takes a delivery, unless it was made, or somebody else is at it.
INSERT INTO digest_deliveries (key, day, state, lease_until, tries, started_at)
VALUES (:key, :day, 'sending', :lease_until, 1, :at)
ON CONFLICT (key) DO UPDATE SET state = 'sending', lease_until = excluded.lease_until,
  tries = digest_deliveries.tries + 1
WHERE digest_deliveries.state IN ('failed', 'refused')
  OR (digest_deliveries.state = 'sending' AND digest_deliveries.lease_until < :at);

-- name: digest_delivered
-- How a delivery ended.
UPDATE digest_deliveries SET state = :state, finished_at = :at, detail = :detail WHERE key = :key AND state = 'sending';

-- name: digest_delivery
-- How a delivery stands.
SELECT * FROM digest_deliveries WHERE key = :key;

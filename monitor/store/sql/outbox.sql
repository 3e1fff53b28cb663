-- name: outbox_add
-- Something happened that others may hear of.
INSERT INTO outbox (key, event, subject, detail, at) VALUES (:key, :event, :subject, :detail, :at);

-- name: outbox_waiting
-- Events that nobody has looked at, in the order they happened.
SELECT * FROM outbox WHERE handed_on = 0 ORDER BY id LIMIT :limit;

-- name: outbox_handed_on
-- Every webhook that wants them has them.
UPDATE outbox SET handed_on = 1 WHERE id <= :id AND handed_on = 0;

-- name: outbox_forget
-- Old events.
DELETE FROM outbox WHERE at < :before AND handed_on = 1;

-- name: delivery_add
-- An event on its way to a webhook.
INSERT INTO deliveries (hook, event_key, event, subject, body, state, created_at, next_at, give_up_at)
VALUES (:hook, :event_key, :event, :subject, :body, 'waiting', :at, :at, :give_up_at)
ON CONFLICT (hook, event_key) DO NOTHING RETURNING id;

-- name: deliveries_due
-- What is to be sent to a webhook now, the oldest first; one whose sender died is taken over.
SELECT * FROM deliveries WHERE hook = :hook AND ((state = 'waiting' AND next_at <= :now)
  OR (state = 'sending' AND lease_until < :now)) ORDER BY id LIMIT :limit;

-- name: delivery_claim
-- Takes a delivery before it is sent.
UPDATE deliveries SET state = 'sending', lease_until = :lease_until, tries = tries + 1
WHERE id = :id AND ((state = 'waiting') OR (state = 'sending' AND lease_until < :now));

-- name: delivery_end
-- How a try ended.
UPDATE deliveries SET state = :state, next_at = :next_at, lease_until = NULL, finished_at = :finished_at,
  status = :status, error = :error WHERE id = :id AND state = 'sending';

-- name: delivery_again
-- A person sends it once more, with all the time it had at first.
UPDATE deliveries SET state = 'waiting', next_at = :at, give_up_at = :give_up_at, finished_at = NULL
WHERE id = :id AND state IN ('dead', 'delivered');

-- name: delivery_tried
-- One line of the log.
INSERT INTO delivery_tries (delivery_id, at, status, error, took_ms) VALUES (:id, :at, :status, :error, :took_ms);

-- name: delivery_get
-- One delivery.
SELECT * FROM deliveries WHERE id = :id;

-- name: delivery_tries_of
-- What every try of a delivery came to.
SELECT at, status, error, took_ms FROM delivery_tries WHERE delivery_id = :id ORDER BY at;

-- name: deliveries_list
-- Deliveries, newest first.
SELECT * FROM deliveries WHERE id < :before AND (:hook = '' OR hook = :hook) AND (:state = '' OR state = :state)
  AND (:event = '' OR event = :event) ORDER BY id DESC LIMIT :limit;

-- name: deliveries_count
-- How many are in which state.
SELECT hook, state, count(*) AS n FROM deliveries GROUP BY hook, state;

-- name: delivery_tries_forget
-- The log of old deliveries.
DELETE FROM delivery_tries WHERE delivery_id IN (SELECT id FROM deliveries
  WHERE finished_at IS NOT NULL AND finished_at < :before);

-- name: deliveries_forget
-- Old deliveries that have ended.
DELETE FROM deliveries WHERE finished_at IS NOT NULL AND finished_at < :before;

-- name: deliveries_drop_hook
-- What waits for a webhook that is no longer configured ends here.
UPDATE deliveries SET state = 'dead', finished_at = :at, lease_until = NULL, error = :error
WHERE hook = :hook AND state IN ('waiting', 'sending');

-- name: hooks_waiting
-- The webhooks for which something waits.
SELECT DISTINCT hook FROM deliveries WHERE state IN ('waiting', 'sending');

-- name: hook_well
-- Its server takes what we send.
INSERT INTO hook_states (hook, failing_since, failures, not_before, last_ok_at, error)
VALUES (:hook, NULL, 0, NULL, :at, NULL)
ON CONFLICT (hook) DO UPDATE SET failing_since = NULL, failures = 0, not_before = NULL, last_ok_at = :at, error = NULL;

-- name: hook_fails
-- Its server doesn't: nothing more is sent until a moment.
INSERT INTO hook_states (hook, failing_since, failures, not_before, error) VALUES (:hook, :at, 1, :not_before, :error)
ON CONFLICT (hook) DO UPDATE SET failing_since = coalesce(hook_states.failing_since, excluded.failing_since),
  failures = hook_states.failures + 1, not_before = excluded.not_before, error = excluded.error;

-- name: hook_states
-- How every webhook stands.
SELECT * FROM hook_states;

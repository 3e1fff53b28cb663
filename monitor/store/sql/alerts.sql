-- name: alert_add
-- Something people should know of; nothing happens when they know already.
INSERT INTO alerts (kind, key, subject, source, brand, size, detail, began_at, next_at)
VALUES (:kind, :key, :subject, :source, :brand, :size, :detail, :at, :at)
ON CONFLICT (key) WHERE over_at IS NULL DO NOTHING RETURNING id;

-- name: alerts_standing
-- What goes on.
SELECT * FROM alerts WHERE over_at IS NULL ORDER BY id;

-- name: alert_last
-- The newest alert under a key.
SELECT * FROM alerts WHERE key = :key ORDER BY id DESC LIMIT 1;

-- name: alert_get
-- One alert.
SELECT * FROM alerts WHERE id = :id;

-- name: alerts_list
-- Alerts, newest first.
SELECT * FROM alerts WHERE id < :before AND (:kind = '' OR kind = :kind)
  AND (:waiting = 0 OR (over_at IS NULL AND acked_at IS NULL)) ORDER BY id DESC LIMIT :limit;

-- name: alert_over
-- It holds no longer.
UPDATE alerts SET over_at = :at, next_at = NULL WHERE id = :id AND over_at IS NULL;

-- name: alert_again
-- It was over for a moment only: it goes on, and nobody is told anew.
UPDATE alerts SET over_at = NULL, detail = :detail WHERE id = :id;

-- name: alert_grew
-- It is larger than when people were told: they are told again, also whoever acknowledged it.
UPDATE alerts SET size = :size, detail = :detail, acked_at = NULL, acked_by = NULL, next_at = :at WHERE id = :id;

-- name: alert_detail
-- What is known of it now.
UPDATE alerts SET detail = :detail WHERE id = :id AND detail <> :detail;

-- name: alert_ack
-- Somebody sees to it.
UPDATE alerts SET acked_at = :at, acked_by = :by, next_at = NULL
WHERE id = :id AND acked_at IS NULL AND over_at IS NULL;

-- name: alerts_to_tell
-- Those of which people are to be told now.
SELECT * FROM alerts WHERE next_at IS NOT NULL AND next_at <= :now ORDER BY id;

-- name: alert_told
-- People are on their way to know; the next time unless somebody acknowledges it.
UPDATE alerts SET round = round + 1, next_at = :next_at WHERE id = :id;

-- name: alert_sooner
-- A page did not get through: the next one comes at once.
UPDATE alerts SET next_at = :at WHERE id = :id AND acked_at IS NULL AND over_at IS NULL;

-- name: alert_message_add
-- A message on its way.
INSERT INTO alert_messages (alert_id, round, channel, person, state, created_at, next_at)
VALUES (:alert_id, :round, :channel, :person, 'waiting', :at, :next_at)
ON CONFLICT (alert_id, round, channel) DO NOTHING;

-- name: alert_messages_due
-- What may be sent now, the oldest first; one whose sender died is taken over.
SELECT * FROM alert_messages WHERE state IN ('waiting', 'sending') AND ((state = 'waiting' AND next_at <= :now)
  OR (state = 'sending' AND lease_until < :now)) ORDER BY id LIMIT :limit;

-- name: alert_message_claim
-- Takes a message before it is sent.
UPDATE alert_messages SET state = 'sending', lease_until = :lease_until, tries = tries + 1
WHERE id = :id AND ((state = 'waiting') OR (state = 'sending' AND lease_until < :now));

-- name: alert_message_end
-- How a try ended.
UPDATE alert_messages SET state = :state, next_at = :next_at, lease_until = NULL, finished_at = :finished_at,
  together = :together, error = :error WHERE id = :id AND state IN ('sending', 'waiting');

-- name: alert_messages_later
-- The channel is quiet, or has had many: what waits for it waits longer.
UPDATE alert_messages SET next_at = :next_at WHERE id = :id AND state = 'waiting';

-- name: alert_sent_since
-- How many messages a channel took since a moment, and when it took the last one.
SELECT count(DISTINCT coalesce(together, id)) AS n, max(finished_at) AS last_at FROM alert_messages
WHERE channel = :channel AND state = 'sent' AND finished_at > :since;

-- name: alert_last_try
-- The message that a channel was last tried with.
SELECT * FROM alert_messages WHERE channel = :channel AND tries > 0 AND state <> 'sending' ORDER BY id DESC LIMIT 1;

-- name: alert_messages_of
-- What went out about one alert.
SELECT * FROM alert_messages WHERE alert_id = :id ORDER BY id;

-- name: alert_messages_forget
-- What went out about old alerts.
DELETE FROM alert_messages WHERE alert_id IN (SELECT id FROM alerts WHERE over_at IS NOT NULL AND over_at < :before);

-- name: alerts_forget
-- Old alerts.
DELETE FROM alerts WHERE over_at IS NOT NULL AND over_at < :before;

-- name: alert_cover_add
-- Somebody is on call for a while.
INSERT INTO alert_covers (who, start_at, end_at, by_name, made_at)
VALUES (:who, :start_at, :end_at, :by, :at) RETURNING id;

-- name: alert_covers_since
-- Who is, or will be, on call in place of somebody else.
SELECT * FROM alert_covers WHERE end_at > :now ORDER BY start_at, id;

-- name: alert_cover_drop
-- They are not, after all.
DELETE FROM alert_covers WHERE id = :id;

-- name: alert_cases_p0
-- Open cases in which somebody may come to harm, and nobody has answered.
SELECT id, platform, source, assignee, due_at FROM cases WHERE status = 'open' AND urgency = 'P0'
  AND origin <> 'backfill' AND first_response_at IS NULL ORDER BY id LIMIT :limit;

-- name: alert_cases_at_risk
-- Open cases without an answer whose clock is about to run out, or did, and people were told of; not those whose
-- reply is on its way.
SELECT c.id, c.platform, c.source, c.assignee, c.urgency, c.primary_intent, c.due_at
FROM alerts a CROSS JOIN cases c WHERE c.id = CAST(substr(a.subject, 6) AS INTEGER)
  AND a.over_at IS NULL AND a.kind = 'sla' AND a.key = 'sla:case:' || c.id || ':' || c.due_at
  AND c.status = 'open' AND c.first_response_at IS NULL AND c.urgency <> 'P0'
  AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id AND d.state IN ('approved', 'sending'))
UNION SELECT id, platform, source, assignee, urgency, primary_intent, due_at FROM cases
WHERE status = 'open' AND due_at IS NOT NULL AND first_response_at IS NULL AND due_at > :oldest
  AND origin <> 'backfill'
  AND ((urgency = 'P1' AND due_at <= :p1) OR (urgency = 'P2' AND due_at <= :p2) OR (urgency = 'P3' AND due_at <= :p3))
  AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = cases.id AND d.state IN ('approved', 'sending'))
ORDER BY due_at LIMIT :limit;

-- name: alert_backfills
-- Runs over the past that ended since a moment.
SELECT run, state, updated_at FROM backfills WHERE state <> 'running' AND updated_at > :since ORDER BY run;

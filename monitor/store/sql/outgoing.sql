-- name: writes_last
-- When an account last tried to post, and how that stands.
SELECT started_at, state FROM attempts WHERE account = :account ORDER BY started_at DESC, id DESC LIMIT 1;

-- name: writes_nth
-- When an account's nth newest try was (n counts from 0).
SELECT started_at FROM attempts WHERE account = :account AND started_at > :since
ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET :n;

-- name: writes_count
-- How many tries of an account there were since a moment.
SELECT count(*) AS n FROM attempts WHERE account = :account AND started_at > :since;

-- name: attempts_to_look_for
-- Unknown attempts that are to be looked for now, the longest unknown first.
SELECT a.* FROM attempts a JOIN drafts d ON d.id = a.draft_id
WHERE a.state = 'unknown' AND d.state = 'unknown' AND a.next_look_at <= :now
ORDER BY a.next_look_at, a.id LIMIT :limit;

-- name: attempt_looked
-- One look more; the next one is due then, or never by ourselves.
UPDATE attempts SET looks = :looks, next_look_at = :next_look_at WHERE id = :id AND state = 'unknown';

-- name: spend_back
-- What was taken for a reply that was not posted is given back on the day it was taken.
UPDATE spend SET usd = usd - :usd WHERE day = :day AND source = :source;

-- name: spend_of_many
-- Money spent on a day by sources whose names end alike.
SELECT coalesce(sum(usd), 0) AS usd FROM spend WHERE day = :day AND source LIKE '%' || :ending;

-- name: drafts_outgoing
-- What is on its way or held back, the next to leave first.
SELECT d.* FROM drafts d WHERE d.state IN ('approved', 'sending', 'unknown', 'refused', 'frozen')
ORDER BY CASE d.state WHEN 'unknown' THEN 0 WHEN 'refused' THEN 1 WHEN 'sending' THEN 2 WHEN 'approved' THEN 3
  ELSE 4 END, d.send_after, d.id LIMIT :limit;

-- name: drafts_outgoing_count
-- How many are in each state on the way out.
SELECT state, count(*) AS n FROM drafts WHERE state IN ('approved', 'sending', 'unknown', 'refused', 'frozen')
GROUP BY state;

-- name: freeze_add
-- Something is frozen, unless it is already.
INSERT INTO freezes (reach, name, reason, user_name, at) VALUES (:reach, :name, :reason, :user_name, :at)
ON CONFLICT DO NOTHING RETURNING id;

-- name: freeze_lift
-- A freeze is lifted.
UPDATE freezes SET thawed_at = :at, thawed_by = :user_name
WHERE reach = :reach AND name = :name AND thawed_at IS NULL;

-- name: freezes_in_force
-- What is frozen now, the oldest first.
SELECT * FROM freezes WHERE thawed_at IS NULL ORDER BY id;

-- name: freeze_of_draft
-- The oldest freeze that covers a draft.
SELECT f.* FROM freezes f JOIN frozen_drafts fd ON fd.freeze_id = f.id
WHERE fd.draft_id = :draft_id ORDER BY f.id LIMIT 1;

-- name: drafts_to_freeze
-- Drafts that a freeze covers and that may still be stopped.
SELECT DISTINCT d.* FROM drafts d JOIN frozen_drafts fd ON fd.draft_id = d.id
WHERE d.state IN ('proposed', 'claimed', 'edited', 'seconding', 'approved') ORDER BY d.id LIMIT :limit;

-- name: drafts_to_thaw
-- Frozen drafts that no freeze covers any more.
SELECT d.* FROM drafts d WHERE d.state = 'frozen'
  AND NOT EXISTS (SELECT 1 FROM frozen_drafts fd WHERE fd.draft_id = d.id) ORDER BY d.id LIMIT :limit;

-- name: opening_put
-- Somebody's page shows a draft; a version seen before keeps how long it was looked at.
INSERT INTO openings (user_name, draft_id, version, conversation_hash, at)
VALUES (:user_name, :draft_id, :version, :conversation_hash, :at)
ON CONFLICT (user_name, draft_id) DO UPDATE SET seconds = NULL, version = excluded.version,
  conversation_hash = excluded.conversation_hash, at = excluded.at
WHERE openings.version <> excluded.version OR openings.conversation_hash <> excluded.conversation_hash;

-- name: opening_looked
-- For how long they have looked.
UPDATE openings SET seconds = :seconds WHERE user_name = :user_name AND draft_id = :draft_id;

-- name: opening_of
-- What somebody saw of a draft.
SELECT * FROM openings WHERE user_name = :user_name AND draft_id = :draft_id;

-- name: openings_of
-- What somebody saw of the live drafts of cases between two ids.
SELECT o.* FROM drafts d JOIN openings o ON o.draft_id = d.id AND o.user_name = :user_name
WHERE d.case_id >= :low AND d.case_id <= :high
  AND d.state NOT IN ('posted', 'confirmed', 'rejected', 'superseded', 'expired', 'withdrawn');

-- name: presence_put
-- Somebody is at a case.
INSERT INTO presence (case_id, user_name, doing, at) VALUES (:case_id, :user_name, :doing, :at)
ON CONFLICT (case_id, user_name) DO UPDATE SET doing = excluded.doing, at = excluded.at;

-- name: presence_drop
-- They left.
DELETE FROM presence WHERE case_id = :case_id AND user_name = :user_name;

-- name: presence_of
-- Who is at a case.
SELECT user_name, doing FROM presence WHERE case_id = :case_id AND at >= :since ORDER BY user_name;

-- name: presence_all
-- Who is where.
SELECT case_id, user_name, doing FROM presence WHERE at >= :since ORDER BY case_id, user_name;

-- name: presence_forget
-- Clears away who was somewhere long ago.
DELETE FROM presence WHERE at < :before;

-- name: scratch_put
-- Keeps what somebody typed.
INSERT INTO scratch (user_name, case_id, text, at) VALUES (:user_name, :case_id, :text, :at)
ON CONFLICT (user_name, case_id) DO UPDATE SET text = excluded.text, at = excluded.at;

-- name: scratch_of
-- What somebody typed and is in no draft.
SELECT text, at FROM scratch WHERE user_name = :user_name AND case_id = :case_id;

-- name: scratch_drop
-- It is in a draft now, or no longer wanted.
DELETE FROM scratch WHERE user_name = :user_name AND case_id = :case_id;

-- name: scratch_forget
-- The posts of a case were removed.
DELETE FROM scratch WHERE case_id = :case_id;

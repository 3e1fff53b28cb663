-- name: cases_to_wake
-- Snoozed cases whose time has come.
SELECT * FROM cases WHERE snoozed_until IS NOT NULL AND snoozed_until <= :now ORDER BY snoozed_until LIMIT :limit;

-- name: escalation_add
-- Hands a case up.
INSERT INTO escalations (case_id, desk, owner, reason, opened_by, opened_at, due_at)
VALUES (:case_id, :desk, :owner, :reason, :opened_by, :at, :due_at) RETURNING id;

-- name: escalation_open_of
-- The open escalation of a case.
SELECT * FROM escalations WHERE case_id = :case_id AND closed_at IS NULL;

-- name: escalations_of
-- Every escalation of a case, oldest first.
SELECT * FROM escalations WHERE case_id = :case_id ORDER BY id;

-- name: escalations_owned
-- What lies with one person, the most urgent first.
SELECT * FROM escalations WHERE owner = :owner AND closed_at IS NULL ORDER BY due_at, id LIMIT :limit;

-- name: escalation_close
-- The owner has answered.
UPDATE escalations SET closed_at = :at, closed_by = :closed_by, answer = :answer
WHERE id = :id AND closed_at IS NULL;

-- name: escalation_rehome
-- A merged case takes its open escalation along.
UPDATE escalations SET case_id = :to_case WHERE case_id = :from_case AND closed_at IS NULL;

-- name: tag_add
-- Puts a tag on a case.
INSERT INTO case_tags (case_id, tag, user_name, at) VALUES (:case_id, :tag, :user_name, :at)
ON CONFLICT (case_id, tag) DO NOTHING;

-- name: tag_drop
-- Takes a tag off a case.
DELETE FROM case_tags WHERE case_id = :case_id AND tag = :tag;

-- name: tags_of
-- The tags of a case.
SELECT tag FROM case_tags WHERE case_id = :case_id ORDER BY tag;

-- name: tags_known
-- The tags in use, the most frequent first.
SELECT tag, count(*) AS n FROM case_tags GROUP BY tag ORDER BY n DESC, tag LIMIT :limit;

-- name: tags_copy
-- A merged case gives its tags along.
INSERT INTO case_tags (case_id, tag, user_name, at)
SELECT :to_case, tag, user_name, at FROM case_tags WHERE case_id = :from_case
ON CONFLICT (case_id, tag) DO NOTHING;

-- name: case_mention_rehome
-- A post goes from one case to another.
UPDATE case_mentions SET case_id = :to_case WHERE mention_id = :mention_id AND case_id = :from_case;

-- name: case_mention_ids
-- The posts of a case.
SELECT mention_id FROM case_mentions WHERE case_id = :case_id ORDER BY mention_id;

-- name: promises_rehome
-- A merged case gives its open promises along.
UPDATE promises SET case_id = :to_case WHERE case_id = :from_case AND state = 'open';

-- name: promise_rehome
-- A promise goes back with an undone merge.
UPDATE promises SET case_id = :to_case WHERE id = :id AND case_id = :from_case;

-- name: draft_rehome
-- A person's words go with the posts they answer.
UPDATE drafts SET case_id = :to_case WHERE id = :id;

-- name: case_move_add
-- Posts went from one case to another.
INSERT INTO case_moves (kind, from_case, to_case, mentions, before, user_name, at)
VALUES (:kind, :from_case, :to_case, :mentions, :before, :user_name, :at) RETURNING id;

-- name: case_move_get
-- One merge or split.
SELECT * FROM case_moves WHERE id = :id;

-- name: case_moves_of
-- The merges and splits that a case took part in, newest first.
SELECT * FROM case_moves WHERE from_case = :case_id OR to_case = :case_id ORDER BY id DESC LIMIT 20;

-- name: case_move_undone
-- A merge or split was taken back.
UPDATE case_moves SET undone_at = :at, undone_by = :user_name WHERE id = :id AND undone_at IS NULL;

-- name: incident_of_case
-- The incident that a case belongs to.
SELECT i.name AS name, i.state AS state, i.start_at AS start_at FROM cases c JOIN incidents i ON i.id = c.incident_id WHERE c.id = :case_id;

-- name: incidents_known
-- The incidents there are, newest first.
SELECT id, name, state FROM incidents ORDER BY id DESC LIMIT :limit;

-- name: incident_begin
-- Makes sure that an incident of that name is there.
INSERT INTO incidents (name, state, start_at, created_at) VALUES (:name, 'open', :at, :at)
ON CONFLICT (name) DO NOTHING;

-- name: notice_add
-- Somebody should look at a case.
INSERT INTO notices (user_name, case_id, kind, by_name, at) VALUES (:user_name, :case_id, :kind, :by_name, :at)
ON CONFLICT (user_name, case_id, kind) WHERE seen_at IS NULL DO UPDATE SET by_name = excluded.by_name, at = excluded.at;

-- name: notices_of
-- What somebody should look at: first what they have not seen, then the newest of the rest.
SELECT n.*, c.title AS title FROM notices n JOIN cases c ON c.id = n.case_id WHERE n.user_name = :user_name
ORDER BY CASE WHEN n.seen_at IS NULL THEN 0 ELSE 1 END, n.id DESC LIMIT :limit;

-- name: notices_unseen_count
-- How many cases wait for somebody's eyes.
SELECT count(*) AS n FROM notices WHERE user_name = :user_name AND seen_at IS NULL;

-- name: notice_of_case
-- Whether somebody has an unseen notice of a case.
SELECT id FROM notices WHERE user_name = :user_name AND case_id = :case_id AND seen_at IS NULL LIMIT 1;

-- name: notices_seen
-- They looked.
UPDATE notices SET seen_at = :at WHERE user_name = :user_name AND case_id = :case_id AND seen_at IS NULL;

-- name: cases_assigned
-- The open cases of one colleague, oldest risk first.
SELECT * FROM cases WHERE assignee = :user_name AND status IN ('open', 'waiting') ORDER BY due_key, id LIMIT :limit;

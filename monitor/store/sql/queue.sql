-- part: at_work
-- The lanes in which somebody has to act. The index cases_at_work holds exactly these.
lane IN ('now', 'needs_approval', 'by_hand', 'problems')

-- part: queue_filter
-- What of a lane is wanted. An empty filter lets everything through; the indexes of the lanes hold these columns.
  AND (:urgency = '' OR urgency = :urgency) AND (:intent = '' OR primary_intent = :intent)
  AND (:source = '' OR source = :source) AND (:lang = '' OR lang = :lang) AND (:verdict = '' OR verdict = :verdict)
  AND (:assignee = '' OR assignee = :assignee OR (:assignee = '-' AND assignee IS NULL))
  AND (:incident = 0 OR incident_id = :incident) AND (:photo = 0 OR has_media = 1) AND (:place = '' OR place = :place)
  AND (:tag = '' OR id IN (SELECT t.case_id FROM case_tags t WHERE t.tag = :tag))

-- part: glance
-- What a row shows besides its case.
  g.revision AS glance, g.posts AS posts,
  g.first_text AS first_text, g.last_text AS last_text, g.why_rule AS why_rule, g.why_text AS why_text,
  g.wait_minutes AS wait_minutes, g.draft_id AS draft_id, g.draft_state AS draft_state,
  g.draft_version AS draft_version, g.draft_by AS draft_by, g.claimed_by AS claimed_by,
  (SELECT d.text FROM drafts d WHERE d.id = g.draft_id) AS draft_text

-- name: queue_lane
-- A filtered page of a lane with a clock, oldest risk first. An empty filter lets everything through.
SELECT c.*, @glance
FROM (SELECT id FROM cases WHERE lane = :lane AND (due_key, id) > (:due_key, :id)
    @queue_filter
  ORDER BY due_key, id LIMIT :limit) p
JOIN cases c ON c.id = p.id LEFT JOIN glances g ON g.case_id = c.id ORDER BY c.due_key, c.id;

-- name: queue_newest
-- A filtered page of a lane without a clock, newest first.
SELECT c.*, @glance
FROM (SELECT id FROM cases WHERE lane = :lane AND id < :id
    @queue_filter
  ORDER BY id DESC LIMIT :limit) p
JOIN cases c ON c.id = p.id LEFT JOIN glances g ON g.case_id = c.id ORDER BY c.id DESC;

-- name: queue_at_work
-- A filtered page over the lanes in which somebody has to act, oldest risk first.
SELECT c.*, @glance
FROM (SELECT id FROM cases WHERE @at_work AND (due_key, id) > (:due_key, :id)
    @queue_filter
  ORDER BY due_key, id LIMIT :limit) p
JOIN cases c ON c.id = p.id LEFT JOIN glances g ON g.case_id = c.id ORDER BY c.due_key, c.id;

-- name: queue_lane_before
-- The case above a given one, in a lane with a clock.
SELECT id FROM cases WHERE lane = :lane AND (due_key, id) < (:due_key, :id)
    @queue_filter
  ORDER BY due_key DESC, id DESC LIMIT 1;

-- name: queue_newest_before
-- The case above a given one, in a lane without a clock.
SELECT id FROM cases WHERE lane = :lane AND id > :id
    @queue_filter
  ORDER BY id LIMIT 1;

-- name: queue_at_work_before
-- The case above a given one, over the lanes in which somebody has to act.
SELECT id FROM cases WHERE @at_work AND (due_key, id) < (:due_key, :id)
    @queue_filter
  ORDER BY due_key DESC, id DESC LIMIT 1;

-- name: case_newest_id
-- The newest case there is.
SELECT id FROM cases ORDER BY id DESC LIMIT 1;

-- name: queue_one
-- One case as a row.
SELECT c.*, @glance
FROM cases c LEFT JOIN glances g ON g.case_id = c.id WHERE c.id = :id;

-- name: glance_posts
-- How many posts the customer wrote in a case, and whether one of them has a photo.
SELECT count(*) AS posts, coalesce(max(CASE WHEN m.media IS NOT NULL THEN 1 ELSE 0 END), 0) AS has_media
FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
WHERE cm.case_id = :case_id AND m.own = 0 AND m.removed_at IS NULL;

-- name: glance_first
-- What the customer came with.
SELECT substr(m.text, 1, :length) AS text, m.location AS location FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
WHERE cm.case_id = :case_id AND m.own = 0 AND m.removed_at IS NULL ORDER BY m.created_at, m.id LIMIT 1;

-- name: glance_last
-- What the customer said last.
SELECT substr(m.text, 1, :length) AS text, m.location AS location FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
WHERE cm.case_id = :case_id AND m.own = 0 AND m.removed_at IS NULL ORDER BY m.created_at DESC, m.id DESC LIMIT 1;

-- name: glance_reading
-- The reading of the customer's most urgent post, the newest of several.
SELECT r.body AS body FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
JOIN readings r ON r.mention_id = m.id AND r.revision = m.revision
WHERE cm.case_id = :case_id AND m.own = 0 AND m.removed_at IS NULL
ORDER BY r.urgency, m.created_at DESC, m.id DESC, r.read_at DESC LIMIT 1;

-- name: glance_put
-- Keeps what a row of the queue shows.
INSERT INTO glances (case_id, posts, first_text, last_text, why_rule, why_text, wait_minutes, draft_id, draft_state,
  draft_version, draft_by, claimed_by)
VALUES (:case_id, :posts, :first_text, :last_text, :why_rule, :why_text, :wait_minutes, :draft_id, :draft_state,
  :draft_version, :draft_by, :claimed_by)
ON CONFLICT (case_id) DO UPDATE SET revision = glances.revision + 1, posts = excluded.posts,
  first_text = excluded.first_text, last_text = excluded.last_text, why_rule = excluded.why_rule,
  why_text = excluded.why_text, wait_minutes = excluded.wait_minutes, draft_id = excluded.draft_id,
  draft_state = excluded.draft_state, draft_version = excluded.draft_version, draft_by = excluded.draft_by, claimed_by = excluded.claimed_by;

-- name: glance_facts
-- The facts of a case that lanes are filtered by.
UPDATE cases SET has_media = :has_media, place = :place
WHERE id = :case_id AND (has_media <> :has_media OR coalesce(place, '') <> coalesce(:place, ''));

-- name: case_id_of_mention
-- The number of the case that a mention belongs to.
SELECT case_id FROM case_mentions WHERE mention_id = :mention_id;

-- name: case_id_of_draft
-- The number of the case that a draft answers.
SELECT case_id FROM drafts WHERE id = :id;

-- name: places_known
-- The places that cases at work name, the most frequent first.
SELECT place, count(*) AS n FROM cases WHERE @at_work AND place IS NOT NULL
GROUP BY place ORDER BY n DESC, place LIMIT :limit;

-- name: langs_known
-- The languages that cases are written in: a leap along the index for each, not a walk over every case.
WITH RECURSIVE found (lang) AS (SELECT min(lang) FROM cases UNION ALL
  SELECT (SELECT min(c.lang) FROM cases c WHERE c.lang > found.lang) FROM found WHERE found.lang IS NOT NULL)
SELECT lang FROM found WHERE lang IS NOT NULL;

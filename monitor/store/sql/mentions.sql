-- name: mention_by_key
-- One mention by its identity.
SELECT * FROM mentions WHERE platform = :platform AND native_id = :native_id;

-- name: mention_by_id
-- One mention by its id.
SELECT * FROM mentions WHERE id = :id;

-- name: mention_there
-- Whether a mention is stored and was not removed.
SELECT id FROM mentions WHERE id = :id AND removed_at IS NULL;

-- name: mentions_waiting
-- Mentions that wait for a stage, oldest first.
SELECT * FROM mentions WHERE stage = :stage ORDER BY id LIMIT :limit;

-- name: mention_stage
-- Moves a mention to the next stage, unless it was edited since it was looked at.
UPDATE mentions SET stage = :stage WHERE id = :id AND revision = :revision AND removed_at IS NULL;

-- name: mention_revise
-- An edit at the source: the new text becomes current, and the mention is read anew.
UPDATE mentions SET text = :text, edited_at = :edited_at, media = :media, quoted = :quoted,
  revision = revision + 1, stage = :stage WHERE id = :id;

-- name: mention_metrics
-- Fresh counts of likes and replies.
UPDATE mentions SET metrics = :metrics WHERE id = :id;

-- name: mention_promote
-- A post fetched as context turns out to be a mention.
UPDATE mentions SET origin = :origin, source = :source, stage = :stage WHERE id = :id;

-- name: mention_remove
-- A removal at the source: a tombstone without content stays.
UPDATE mentions SET text = '', author = NULL, author_id = NULL, author_name = NULL, author_followers = NULL,
  url = NULL, media = NULL, location = NULL, quoted = NULL, metrics = NULL, removed_at = :at,
  removed_reason = :reason, revision = revision + 1, stage = 'done'
WHERE id = :id AND removed_at IS NULL;

-- name: revision_add
-- Keeps the text that an edit replaced.
INSERT INTO revisions (mention_id, revision, text, seen_at) VALUES (:mention_id, :revision, :text, :seen_at)
ON CONFLICT (mention_id, revision) DO NOTHING;

-- name: revisions_of
-- Earlier texts of a mention.
SELECT revision, text, seen_at FROM revisions WHERE mention_id = :mention_id ORDER BY revision;

-- name: revisions_purge
-- Forgets earlier texts of a removed mention.
DELETE FROM revisions WHERE mention_id = :mention_id;

-- name: repost_add
-- Notes a repost once.
INSERT INTO reposts (platform, native_id, repost_of, author, created_at)
VALUES (:platform, :native_id, :repost_of, :author, :created_at) ON CONFLICT (platform, native_id) DO NOTHING;

-- name: repost_count
-- Adds reach to the mention that was reposted.
UPDATE mentions SET reposts = (SELECT count(*) FROM reposts r
  WHERE r.platform = mentions.platform AND r.repost_of = mentions.native_id)
WHERE platform = :platform AND native_id = :native_id;

-- name: reposts_any
-- Whether there are reposts at all.
SELECT 1 AS n FROM reposts LIMIT 1;

-- name: reposts_known
-- Reach of new mentions whose reposts were seen before them.
UPDATE mentions SET reposts = (SELECT count(*) FROM reposts r
  WHERE r.platform = mentions.platform AND r.repost_of = mentions.native_id)
WHERE id >= :first AND id <= :last AND EXISTS (SELECT 1 FROM reposts r
  WHERE r.platform = mentions.platform AND r.repost_of = mentions.native_id);

-- name: own_replies_to
-- Our own posts under a given post.
SELECT * FROM mentions WHERE platform = :platform AND in_reply_to = :native_id AND own = 1 AND removed_at IS NULL
ORDER BY created_at, id;

-- name: mentions_count
-- How many mentions are stored.
SELECT count(*) AS n FROM mentions;

-- name: reading_add
-- Keeps a reading per mention, revision and model.
INSERT INTO readings (mention_id, revision, model, read_at, lang, complaint, severity, primary_intent, urgency,
  claimed_wait_minutes, body)
VALUES (:mention_id, :revision, :model, :read_at, :lang, :complaint, :severity, :primary_intent, :urgency,
  :claimed_wait_minutes, :body)
ON CONFLICT (mention_id, revision, model) DO UPDATE SET read_at = excluded.read_at, lang = excluded.lang,
  complaint = excluded.complaint, severity = excluded.severity, primary_intent = excluded.primary_intent,
  urgency = excluded.urgency, claimed_wait_minutes = excluded.claimed_wait_minutes, body = excluded.body;

-- name: reading_of
-- The newest reading of a mention's current revision.
SELECT body FROM readings WHERE mention_id = :mention_id ORDER BY revision DESC, read_at DESC LIMIT 1;

-- name: readings_purge
-- Forgets what was read of a removed mention: spans are its words.
DELETE FROM readings WHERE mention_id = :mention_id;

-- name: opt_out_add
-- "stop" is for ever, on that platform, for that author.
INSERT INTO opt_outs (platform, author, at, mention_id) VALUES (:platform, :author, :at, :mention_id)
ON CONFLICT (platform, author) DO NOTHING;

-- name: opt_out_of
-- Whether an author asked us to stop.
SELECT at FROM opt_outs WHERE platform = :platform AND author = :author;

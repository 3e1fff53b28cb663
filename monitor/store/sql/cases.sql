-- name: case_open
-- Opens a case.
INSERT INTO cases (platform, source, customer, customer_handle, conversation, status, lane, origin, urgency,
  primary_intent, complaint, severity, signals, lang, verdict, verdict_rule, assignee, opened_at, clock_start,
  due_at, due_key, last_customer_at, title, desk)
VALUES (:platform, :source, :customer, :customer_handle, :conversation, :status, :lane, :origin, :urgency,
  :primary_intent, :complaint, :severity, :signals, :lang, :verdict, :verdict_rule, :assignee, :opened_at,
  :clock_start, :due_at, :due_key, :last_customer_at, :title, :desk) RETURNING id;

-- name: case_get
-- One case.
SELECT * FROM cases WHERE id = :id;

-- name: case_update
-- Writes a case back, if nobody else has in the meantime.
UPDATE cases SET status = :status, lane = :lane, customer_handle = :customer_handle, urgency = :urgency, primary_intent = :primary_intent,
  complaint = :complaint, severity = :severity, signals = :signals, lang = :lang, verdict = :verdict,
  verdict_rule = :verdict_rule, assignee = :assignee, clock_start = :clock_start, due_at = :due_at,
  due_key = :due_key, last_customer_at = :last_customer_at, first_response_at = :first_response_at,
  closed_at = :closed_at, outcome = :outcome, title = :title, reach = :reach, desk = :desk, snoozed = :snoozed,
  snoozed_until = :snoozed_until, snoozed_by = :snoozed_by, snoozed_for_customer = :snoozed_for_customer,
  escalated = :escalated, merged_into = :merged_into, incident_id = :incident_id, version = version + 1
WHERE id = :id AND version = :version;

-- name: case_now_live
-- The customer of a backfilled case wrote again, today.
UPDATE cases SET origin = 'live' WHERE id = :id;

-- name: case_forget_customer
-- Every post of the customer was removed: who they were goes too.
UPDATE cases SET customer = NULL WHERE id = :id;

-- name: case_of_mention
-- The case that a mention belongs to.
SELECT c.* FROM cases c JOIN case_mentions cm ON cm.case_id = c.id WHERE cm.mention_id = :mention_id;

-- name: case_of_post
-- The case that the post with a given identity belongs to.
SELECT c.* FROM cases c JOIN case_mentions cm ON cm.case_id = c.id JOIN mentions m ON m.id = cm.mention_id
WHERE m.platform = :platform AND m.native_id = :native_id;

-- name: case_answered_in_conversation
-- The newest case of a conversation, whoever the customer is, for the brand that a source watches for.
SELECT * FROM cases WHERE platform = :platform AND conversation = :conversation
  AND coalesce((SELECT b.brand FROM source_brands b WHERE b.source = cases.source), '')
    = coalesce((SELECT b.brand FROM source_brands b WHERE b.source = :source), '')
ORDER BY id DESC LIMIT 1;

-- name: case_in_conversation
-- The newest case of one customer in one conversation, for the brand that a source watches for.
SELECT * FROM cases WHERE platform = :platform AND conversation = :conversation AND customer = :customer
  AND coalesce((SELECT b.brand FROM source_brands b WHERE b.source = cases.source), '')
    = coalesce((SELECT b.brand FROM source_brands b WHERE b.source = :source), '')
ORDER BY id DESC LIMIT 1;

-- name: case_recent_of
-- The newest case of one customer that was alive since a moment, for the brand that a source watches for.
SELECT * FROM cases WHERE platform = :platform AND customer = :customer AND status <> 'aside'
  AND last_customer_at >= :since
  AND coalesce((SELECT b.brand FROM source_brands b WHERE b.source = cases.source), '')
    = coalesce((SELECT b.brand FROM source_brands b WHERE b.source = :source), '')
ORDER BY id DESC LIMIT 1;

-- name: cases_of_customer
-- What else this customer came to us with; with a source: to the brand that it watches for.
SELECT * FROM cases WHERE platform = :platform AND customer = :customer AND status <> 'merged'
  AND (:source = '' OR coalesce((SELECT b.brand FROM source_brands b WHERE b.source = cases.source), '')
    = coalesce((SELECT b.brand FROM source_brands b WHERE b.source = :source), ''))
ORDER BY id DESC LIMIT :limit;

-- name: cases_earlier
-- What a customer came to us with before a case, newest first.
SELECT id, opened_at, primary_intent, complaint, first_response_at, outcome FROM cases
WHERE platform = :platform AND customer = :customer AND id < :id AND status <> 'aside' ORDER BY id DESC LIMIT :limit;

-- name: replies_earlier
-- What we wrote to a customer in the matters that came before a case.
SELECT cm.case_id AS case_id, m.text AS text FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
WHERE m.own = 1 AND m.removed_at IS NULL AND cm.case_id IN (SELECT id FROM cases
  WHERE platform = :platform AND customer = :customer AND id < :id AND status <> 'aside' ORDER BY id DESC LIMIT :limit)
ORDER BY m.created_at, m.id;

-- name: cases_per_person
-- How many open cases each person has.
SELECT assignee, count(*) AS n FROM cases WHERE status = 'open' AND assignee IS NOT NULL GROUP BY assignee;

-- name: case_mention_add
-- Puts a mention into a case.
INSERT INTO case_mentions (mention_id, case_id) VALUES (:mention_id, :case_id)
ON CONFLICT (mention_id) DO NOTHING;

-- name: conversation_of
-- The posts of a case with their newest reading, oldest first.
SELECT m.*, (SELECT r.body FROM readings r WHERE r.mention_id = m.id
  ORDER BY r.revision DESC, r.read_at DESC LIMIT 1) AS reading
FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id WHERE cm.case_id = :case_id
ORDER BY m.created_at, m.id;

-- name: cases_in_lane
-- A page of one lane, oldest risk first.
SELECT * FROM cases WHERE lane = :lane AND (due_key > :due_key OR (due_key = :due_key AND id > :id))
ORDER BY due_key, id LIMIT :limit;

-- name: cases_newest_in_lane
-- A page of a lane that has no clock, newest first.
SELECT * FROM cases WHERE lane = :lane AND id < :id ORDER BY id DESC LIMIT :limit;

-- name: lanes_count
-- How many cases each lane holds.
SELECT lane, n FROM lane_counts;

-- name: cases_to_draft
-- Open cases that wait for a first draft, or whose last one no longer fits.
SELECT c.* FROM cases c WHERE c.id > :after AND c.status = 'open' AND c.origin = 'live'
  AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id
    AND d.state NOT IN ('posted', 'confirmed', 'superseded', 'expired', 'withdrawn'))
  AND NOT EXISTS (SELECT 1 FROM withheld w WHERE w.case_id = c.id)
ORDER BY c.id LIMIT :limit;

-- name: withhold
-- Notes why a case has no automatic draft.
INSERT INTO withheld (case_id, reason, why, conversation_hash, at)
VALUES (:case_id, :reason, :why, :conversation_hash, :at)
ON CONFLICT (case_id) DO UPDATE SET reason = excluded.reason, why = excluded.why,
  conversation_hash = excluded.conversation_hash, at = excluded.at;

-- name: withheld_of
-- Why a case has no automatic draft.
SELECT * FROM withheld WHERE case_id = :case_id;

-- name: withheld_clear
-- The conversation moved: the responder may look again.
DELETE FROM withheld WHERE case_id = :case_id;

-- name: outcome_add
-- What became of the customer, with the evidence.
INSERT INTO outcomes (case_id, outcome, at, evidence, mention_id)
VALUES (:case_id, :outcome, :at, :evidence, :mention_id);

-- name: outcomes_of
-- The outcomes of a case, oldest first.
SELECT * FROM outcomes WHERE case_id = :case_id ORDER BY id;

-- name: cases_waiting_since
-- Answered cases whose customer has been silent since a moment.
SELECT * FROM cases WHERE status = 'waiting' AND last_customer_at < :before AND first_response_at < :before
  AND NOT EXISTS (SELECT 1 FROM promises p WHERE p.case_id = cases.id AND p.state = 'open')
ORDER BY id LIMIT :limit;

-- name: cases_heard_back
-- Answered cases whose customer wrote again and asked nothing.
SELECT * FROM cases WHERE status = 'waiting' AND last_customer_at > first_response_at ORDER BY id LIMIT :limit;

-- name: promises_near
-- Open promises of which nobody was reminded yet and that are due before a moment.
SELECT p.* FROM promises p WHERE p.state = 'open' AND p.reminded_at IS NULL AND p.due_at <= :before
ORDER BY p.due_at, p.id LIMIT :limit;

-- name: promises_past
-- Promises that were due before a moment and that nobody has settled.
SELECT p.* FROM promises p WHERE p.state = 'open' AND p.due_at <= :before ORDER BY p.due_at, p.id LIMIT :limit;

-- name: promises_answered
-- Promised words that have been said: when a later reply of ours stood in the same case.
SELECT p.*, coalesce((SELECT min(m.created_at) FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
    WHERE cm.case_id = p.case_id AND m.own = 1 AND m.created_at > p.made_at AND m.removed_at IS NULL AND m.text <> d.text),
  (SELECT min(l.updated_at) FROM drafts l WHERE l.case_id = p.case_id AND l.id > p.draft_id
    AND l.state IN ('posted', 'confirmed'))) AS said_at
FROM promises p JOIN drafts d ON d.id = p.draft_id
WHERE p.state = 'open' AND p.kind = 'word' AND (EXISTS (SELECT 1 FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
    WHERE cm.case_id = p.case_id AND m.own = 1 AND m.created_at > p.made_at AND m.removed_at IS NULL AND m.text <> d.text)
  OR EXISTS (SELECT 1 FROM drafts l WHERE l.case_id = p.case_id AND l.id > p.draft_id AND l.state IN ('posted', 'confirmed')))
ORDER BY p.id LIMIT :limit;

-- name: promise_reminded
-- Its keeper has been reminded.
UPDATE promises SET reminded_at = :at WHERE id = :id;

-- name: note_add
-- An internal note.
INSERT INTO notes (case_id, user_name, text, at) VALUES (:case_id, :user_name, :text, :at);

-- name: notes_of
-- The internal notes of a case, and of the cases that were merged into it.
SELECT user_name, text, at FROM notes WHERE case_id = :case_id
  OR case_id IN (SELECT id FROM cases WHERE merged_into = :case_id) ORDER BY id;

-- name: correction_add
-- A person's correction of a reading.
INSERT INTO corrections (case_id, mention_id, field, was, became, user_name, at)
VALUES (:case_id, :mention_id, :field, :was, :became, :user_name, :at);

-- name: corrections_all
-- Every correction, with the text it is about and the newest reading of it.
SELECT c.*, m.text AS text, m.platform AS platform,
  (SELECT r.body FROM readings r WHERE r.mention_id = m.id ORDER BY r.revision DESC, r.read_at DESC LIMIT 1) AS body
FROM corrections c JOIN mentions m ON m.id = c.mention_id
ORDER BY c.id;

-- name: promise_add
-- Something a reply told the customer we would do.
INSERT INTO promises (case_id, draft_id, text, owner, keeper, kind, due_at, state, made_at)
VALUES (:case_id, :draft_id, :text, :owner, :keeper, :kind, :due_at, 'open', :made_at);

-- name: promises_open
-- Promises that are neither kept nor broken.
SELECT p.*, c.title AS title, c.platform AS platform, c.customer_handle AS customer_handle FROM promises p JOIN cases c ON c.id = p.case_id WHERE p.state = 'open'
ORDER BY p.due_at, p.id;

-- name: promise_get
-- One promise.
SELECT * FROM promises WHERE id = :id;

-- name: promises_of
-- The promises of a case.
SELECT * FROM promises WHERE case_id = :case_id ORDER BY id;

-- name: promise_settle
-- Kept or broken.
UPDATE promises SET state = :state, settled_at = :at, settled_by = :settled_by WHERE id = :id AND state = 'open';

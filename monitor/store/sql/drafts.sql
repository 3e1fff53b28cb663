-- name: draft_add
-- A proposed reply.
INSERT INTO drafts (case_id, state, text, macro, moves, promise, promise_due, written_by, ai, source, platform, in_reply_to,
  conversation_hash, created_at, updated_at)
VALUES (:case_id, :state, :text, :macro, :moves, :promise, :promise_due, :written_by, :ai, :source, :platform, :in_reply_to,
  :conversation_hash, :at, :at) RETURNING id;

-- name: draft_get
-- One draft.
SELECT * FROM drafts WHERE id = :id;

-- name: draft_live_of
-- The one draft of a case that is still on its way.
SELECT * FROM drafts WHERE case_id = :case_id
  AND state NOT IN ('posted', 'confirmed', 'rejected', 'superseded', 'expired', 'withdrawn') ORDER BY id DESC LIMIT 1;

-- name: drafts_of
-- Every draft of a case, oldest first.
SELECT * FROM drafts WHERE case_id = :case_id ORDER BY id;

-- name: draft_move
-- A transition, if nobody else has touched the draft since it was read.
UPDATE drafts SET state = :state, text = :text, written_by = :written_by, claimed_by = :claimed_by,
  claimed_at = :claimed_at, reason = :reason, reason_code = :reason_code, send_after = :send_after, promise = :promise,
  promise_due = :promise_due,
  conversation_hash = :conversation_hash, updated_at = :at, version = version + 1
WHERE id = :id AND version = :version;

-- name: drafts_promising
-- Untouched drafts of the machine that promise something for before a moment.
SELECT * FROM drafts WHERE state = 'proposed' AND promise_due <= :before AND written_by = 'machine'
ORDER BY promise_due, id LIMIT :limit;

-- name: draft_renew
-- New words of the machine for a draft that nobody has touched.
UPDATE drafts SET text = :text, macro = :macro, moves = :moves, promise = :promise, promise_due = :promise_due,
  ai = :ai, updated_at = :at, created_at = :at, version = version + 1
WHERE id = :id AND version = :version AND state = 'proposed' AND written_by = 'machine';

-- name: draft_text_add
-- Keeps every text a draft ever had.
INSERT INTO draft_texts (draft_id, version, text, written_by, written_at)
VALUES (:draft_id, :version, :text, :written_by, :at) ON CONFLICT (draft_id, version) DO NOTHING;

-- name: draft_texts_of
-- The history of a draft.
SELECT * FROM draft_texts WHERE draft_id = :draft_id ORDER BY version;

-- name: drafts_due
-- Approved drafts whose time has come, the most urgent case first, then by how long they have been due.
SELECT d.* FROM drafts d JOIN cases c ON c.id = d.case_id
WHERE d.state = 'approved' AND d.send_after <= :now ORDER BY c.urgency, d.send_after, d.id LIMIT :limit;

-- name: drafts_in_state
-- Drafts in one state.
SELECT * FROM drafts WHERE state = :state ORDER BY id LIMIT :limit;

-- name: drafts_in_reply_to
-- Live drafts that answer one post.
SELECT * FROM drafts WHERE platform = :platform AND in_reply_to = :native_id;

-- name: draft_texts_recent
-- What was said lately, so that two customers don't get the same words.
SELECT text FROM drafts WHERE updated_at >= :since AND state <> 'rejected' ORDER BY updated_at DESC LIMIT :limit;

-- name: draft_texts_sent
-- What left the house lately, or is about to.
SELECT text FROM drafts WHERE updated_at >= :since
  AND state IN ('approved', 'sending', 'unknown', 'posted', 'handed_off', 'confirmed') ORDER BY updated_at DESC LIMIT :limit;

-- name: draft_purge
-- Forgets the words of drafts to a removed post (those that were not posted).
UPDATE drafts SET text = '', moves = '[]', promise = NULL, promise_due = NULL
WHERE case_id = :case_id AND state IN ('withdrawn', 'superseded', 'rejected', 'expired');

-- name: draft_texts_purge
-- Forgets the earlier words of such drafts.
DELETE FROM draft_texts WHERE draft_id IN (SELECT id FROM drafts
  WHERE case_id = :case_id AND state IN ('withdrawn', 'superseded', 'rejected', 'expired'));

-- name: approvals_purge
-- Forgets the approved words of such drafts; their hash stays.
UPDATE approvals SET text = '' WHERE draft_id IN (SELECT id FROM drafts
  WHERE case_id = :case_id AND state IN ('withdrawn', 'superseded', 'rejected', 'expired'));

-- name: approval_add
-- A person's yes to one text and one state of the conversation.
INSERT INTO approvals (draft_id, user_name, text, text_hash, conversation_hash, at, seconds_to_decide, unchanged,
  override_reason, needs, first_id, send_at)
VALUES (:draft_id, :user_name, :text, :text_hash, :conversation_hash, :at, :seconds_to_decide, :unchanged,
  :override_reason, :needs, :first_id, :send_at) RETURNING id;

-- name: approval_of
-- The newest approval of a draft.
SELECT * FROM approvals WHERE draft_id = :draft_id ORDER BY id DESC LIMIT 1;

-- name: approvals_of
-- Every yes to a draft, oldest first.
SELECT * FROM approvals WHERE draft_id = :draft_id ORDER BY id;

-- name: attempt_add
-- Written before the call is made.
INSERT INTO attempts (draft_id, approval_id, state, key, started_at, lease_until, account, cost_usd, purse)
VALUES (:draft_id, :approval_id, 'sending', :key, :at, :lease_until, :account, :cost_usd, :purse) RETURNING id;

-- name: attempt_finish
-- What came back.
UPDATE attempts SET state = :state, native_id = :native_id, url = :url, finished_at = :at, detail = :detail,
  code = :code, settled_by = :settled_by, next_look_at = :next_look_at
WHERE id = :id AND state IN ('sending', 'unknown');

-- name: attempt_last_of
-- The newest attempt of a draft.
SELECT * FROM attempts WHERE draft_id = :draft_id ORDER BY id DESC LIMIT 1;

-- name: attempts_of
-- Every attempt of a draft.
SELECT * FROM attempts WHERE draft_id = :draft_id ORDER BY id;

-- name: attempts_abandoned
-- Attempts whose maker has died: nobody answered within the lease.
SELECT * FROM attempts WHERE state = 'sending' AND lease_until < :now ORDER BY id LIMIT :limit;

-- name: attempt_posted_as
-- Whether a post on the platform is a reply of ours.
SELECT * FROM attempts WHERE native_id = :native_id AND state = 'posted' LIMIT 1;

-- name: drafts_by_model_since
-- How many drafts a language model reworded since a moment.
SELECT count(*) AS n FROM drafts WHERE ai IS NOT NULL AND created_at >= :since;

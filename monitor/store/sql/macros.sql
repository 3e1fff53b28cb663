-- name: macro_mark
-- Something speaks against a reply of a macro; the same post never twice.
INSERT INTO macro_marks (macro, kind, case_id, draft_id, mention_id, at)
VALUES (:macro, :kind, :case_id, :draft_id, :mention_id, :at) ON CONFLICT (draft_id, mention_id, kind) DO NOTHING;

-- name: macro_marks_count
-- How many replies of each macro went badly, since it was last judged afresh.
SELECT m.macro AS macro, count(DISTINCT m.draft_id) AS bad,
  count(DISTINCT CASE WHEN m.kind = 'worse' THEN m.draft_id END) AS worse,
  count(DISTINCT CASE WHEN m.kind = 'automation' THEN m.draft_id END) AS automation
FROM macro_marks m LEFT JOIN macro_states s ON s.macro = m.macro
WHERE m.at >= :since AND m.at >= coalesce(s.judged_from, :since) GROUP BY m.macro;

-- name: macro_replies_count
-- How many replies of each macro reached customers, since it was last judged afresh.
SELECT d.macro AS macro, count(*) AS replies FROM drafts d LEFT JOIN macro_states s ON s.macro = d.macro
WHERE d.updated_at >= :since AND d.updated_at >= coalesce(s.judged_from, :since)
  AND d.state IN ('posted', 'confirmed') AND d.macro <> '' GROUP BY d.macro;

-- name: macro_marks_of
-- What speaks against a macro, newest first.
SELECT m.*, c.title AS title FROM macro_marks m JOIN cases c ON c.id = m.case_id
WHERE m.macro = :macro AND m.at >= :since ORDER BY m.id DESC LIMIT :limit;

-- name: macro_states
-- Macros that were suspended or put back.
SELECT * FROM macro_states ORDER BY macro;

-- name: macro_state_set
-- Suspends a macro, or puts it back.
INSERT INTO macro_states (macro, state, reason, by_name, at, judged_from)
VALUES (:macro, :state, :reason, :by_name, :at, :judged_from)
ON CONFLICT (macro) DO UPDATE SET state = excluded.state, reason = excluded.reason, by_name = excluded.by_name,
  at = excluded.at, judged_from = coalesce(excluded.judged_from, macro_states.judged_from);

-- name: drafts_of_macro
-- Drafts of a macro that nobody has touched.
SELECT * FROM drafts WHERE state = 'proposed' AND written_by = 'machine' AND macro = :macro ORDER BY id LIMIT :limit;

-- name: withheld_clear_macros
-- Cases that have no draft because a macro was suspended are looked at again.
DELETE FROM withheld WHERE reason = 'macro_suspended';

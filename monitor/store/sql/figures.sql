-- name: figure_volume
-- What customers wrote in a stretch of time, by platform; `late` reached us only after it was over.
SELECT platform, count(*) AS posts, sum(CASE WHEN first_seen_at >= :end_at THEN 1 ELSE 0 END) AS late,
  sum(CASE WHEN removed_at IS NOT NULL THEN 1 ELSE 0 END) AS removed
FROM mentions WHERE own = 0 AND origin <> 'context' AND day >= :first_day AND day <= :last_day
  AND created_at >= :start_at AND created_at < :end_at
GROUP BY platform ORDER BY platform;

-- name: figure_first_day
-- The UTC day of the oldest post that a customer wrote.
SELECT day FROM mentions WHERE own = 0 AND origin <> 'context' ORDER BY day LIMIT 1;

-- name: figure_arrivals
-- Posts that came to us in a stretch of time, but were written before it.
SELECT count(*) AS posts, min(created_at) AS oldest, max(created_at) AS newest FROM mentions
WHERE own = 0 AND origin <> 'context' AND first_seen_at >= :start_at AND first_seen_at < :end_at
  AND created_at < :start_at;

-- name: figure_unplaced
-- What customers wrote in a stretch of time and what is in no case, by the stage that it waits for.
SELECT m.stage AS stage, count(*) AS posts FROM mentions m LEFT JOIN case_mentions cm ON cm.mention_id = m.id
WHERE m.own = 0 AND m.origin <> 'context' AND m.day >= :first_day AND m.day <= :last_day
  AND m.created_at >= :start_at AND m.created_at < :end_at AND cm.case_id IS NULL
GROUP BY m.stage ORDER BY m.stage;

-- name: figure_backlog
-- Posts of customers that wait for a stage, whenever they were written.
SELECT stage, count(*) AS posts, min(created_at) AS oldest FROM mentions
WHERE stage <> 'done' AND own = 0 GROUP BY stage ORDER BY stage;

-- name: figure_day_cases
-- A page of the cases in which a customer wrote in a stretch of time.
SELECT c.id AS id, c.platform AS platform, c.customer AS customer, c.status AS status, c.origin AS origin,
  c.urgency AS urgency, c.primary_intent AS primary_intent, c.complaint AS complaint, c.signals AS signals,
  c.lang AS lang, c.verdict AS verdict, c.due_at AS due_at, c.first_response_at AS first_response_at,
  c.outcome AS outcome
FROM cases c WHERE c.id > :after AND c.id IN (
  SELECT cm.case_id FROM mentions m JOIN case_mentions cm ON cm.mention_id = m.id
  WHERE m.own = 0 AND m.origin <> 'context' AND m.day >= :first_day AND m.day <= :last_day
    AND m.created_at >= :start_at AND m.created_at < :end_at)
ORDER BY c.id LIMIT :limit;

-- name: figure_case_posts
-- The posts of those cases, between two ids, oldest first, each with the newest reading of its text.
SELECT cm.case_id AS case_id, m.id AS id, m.created_at AS created_at, m.first_seen_at AS first_seen_at,
  m.own AS own, m.origin AS origin, CASE WHEN m.removed_at IS NULL THEN 0 ELSE 1 END AS removed,
  r.complaint AS complaint, r.urgency AS urgency, r.claimed_wait_minutes AS claimed,
  CASE WHEN r.body LIKE :unsupported THEN r.lang END AS foreign_lang
FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
LEFT JOIN readings r ON r.mention_id = m.id AND r.revision = m.revision AND r.model = (
  SELECT x.model FROM readings x WHERE x.mention_id = m.id AND x.revision = m.revision
  ORDER BY x.read_at DESC, x.model DESC LIMIT 1)
WHERE cm.case_id >= :low AND cm.case_id <= :high AND cm.case_id IN (
  SELECT cd.case_id FROM mentions d JOIN case_mentions cd ON cd.mention_id = d.id
  WHERE d.own = 0 AND d.origin <> 'context' AND d.day >= :first_day AND d.day <= :last_day
    AND d.created_at >= :start_at AND d.created_at < :end_at)
ORDER BY cm.case_id, m.created_at, m.id;

-- name: figure_confirmed
-- Replies that a person posted by hand and confirmed, of the cases between two ids.
SELECT case_id, updated_at AS at FROM drafts
WHERE state = 'confirmed' AND case_id >= :low AND case_id <= :high ORDER BY case_id, updated_at;

-- name: figure_waiting
-- How many people wait for us, how many of them past their time, and since when the first of them does.
SELECT w.urgency AS urgency, w.verdict AS verdict, count(*) AS cases, sum(w.overdue) AS overdue, min(w.since) AS since
FROM (SELECT c.urgency AS urgency, c.verdict AS verdict, CASE WHEN c.due_key < :now THEN 1 ELSE 0 END AS overdue,
    coalesce((SELECT min(m.created_at) FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
      WHERE cm.case_id = c.id AND m.own = 0 AND m.removed_at IS NULL AND m.created_at >= :long_ago AND m.created_at > coalesce((
        SELECT max(o.created_at) FROM case_mentions co JOIN mentions o ON o.id = co.mention_id
        WHERE co.case_id = c.id AND o.own = 1), '')), c.clock_start) AS since
  FROM cases c WHERE c.status = 'open' AND c.origin = 'live' AND c.urgency <> 'P4') w
GROUP BY w.urgency, w.verdict;

-- name: figure_waiting_first
-- The first of those who wait: emergencies, then the oldest risk.
SELECT id FROM cases WHERE status = 'open' AND origin = 'live' AND urgency <> 'P4' AND verdict <> 'listen_only'
ORDER BY CASE WHEN urgency = 'P0' THEN 0 ELSE 1 END, due_key, id LIMIT :limit;

-- name: figure_waiting_one
-- One person who waits, since their first post without an answer.
SELECT c.id AS id, c.urgency AS urgency, c.due_at AS due_at, c.assignee AS assignee, coalesce((
    SELECT min(m.created_at) FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
    WHERE cm.case_id = c.id AND m.own = 0 AND m.removed_at IS NULL AND m.created_at >= :long_ago AND m.created_at > coalesce((
      SELECT max(o.created_at) FROM case_mentions co JOIN mentions o ON o.id = co.mention_id
      WHERE co.case_id = c.id AND o.own = 1), '')), c.clock_start) AS since
FROM cases c WHERE c.id = :id;

-- name: figure_settled
-- The outcomes that were recorded in a stretch of time, whenever the cases began.
SELECT outcome, count(*) AS cases FROM outcomes WHERE at >= :start_at AND at < :end_at
GROUP BY outcome ORDER BY outcome;

-- name: figure_solved
-- When the customers wrote first whose matter was settled well in a stretch of time, and when it was.
SELECT o.id AS id, o.at AS at, (SELECT min(m.created_at) FROM case_mentions cm JOIN mentions m ON m.id = cm.mention_id
  WHERE cm.case_id = o.case_id AND m.own = 0) AS since
FROM outcomes o WHERE o.at >= :start_at AND o.at < :end_at AND o.id > :after
  AND o.outcome IN ('recovered', 'resolved_confirmed', 'resolved_assumed')
ORDER BY o.id LIMIT :limit;

-- name: figure_promises
-- What became of the promises that were due in a stretch of time.
SELECT count(*) AS due,
  coalesce(sum(CASE WHEN state = 'kept' AND settled_at <= due_at THEN 1 ELSE 0 END), 0) AS kept,
  coalesce(sum(CASE WHEN state = 'kept' AND settled_at > due_at THEN 1 ELSE 0 END), 0) AS kept_late,
  coalesce(sum(CASE WHEN state = 'broken' THEN 1 ELSE 0 END), 0) AS broken,
  coalesce(sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0) AS still_open
FROM promises WHERE due_at >= :start_at AND due_at < :end_at;

-- name: figure_promises_made
-- How many promises were made in a stretch of time.
SELECT count(*) AS made FROM promises WHERE made_at >= :start_at AND made_at < :end_at;

-- name: figure_promises_overdue
-- The promises that nobody has kept although their time is over, the longest overdue first.
SELECT id, case_id, owner, due_at FROM promises WHERE state = 'open' AND due_at < :now
ORDER BY due_at, id LIMIT :limit;

-- name: figure_promises_overdue_count
-- How many promises nobody has kept although their time is over.
SELECT count(*) AS n FROM promises WHERE state = 'open' AND due_at < :now;

-- name: figure_promise_text
-- What was promised.
SELECT text FROM promises WHERE id = :id;

-- name: figure_replies
-- A page of the replies that reached customers in a stretch of time.
SELECT id, case_id, macro, updated_at AS at FROM drafts
WHERE state IN ('posted', 'confirmed') AND updated_at >= :start_at AND updated_at < :end_at AND id > :after
ORDER BY id LIMIT :limit;

-- name: figure_results
-- A page of the outcomes that were recorded since a moment.
SELECT id, case_id, outcome, at FROM outcomes WHERE at >= :start_at AND id > :after ORDER BY id LIMIT :limit;

-- name: figure_approvals
-- A page of the approvals of a stretch of time.
SELECT id, user_name, seconds_to_decide, unchanged FROM approvals
WHERE at >= :start_at AND at < :end_at AND id > :after ORDER BY id LIMIT :limit;

-- name: figure_praise
-- A page of the praise that customers wrote in a stretch of time, with its readings.
SELECT m.id AS id, cm.case_id AS case_id, r.body AS body
FROM mentions m JOIN case_mentions cm ON cm.mention_id = m.id JOIN readings r ON r.mention_id = m.id
  AND r.revision = m.revision AND r.model = (
    SELECT x.model FROM readings x WHERE x.mention_id = m.id AND x.revision = m.revision
    ORDER BY x.read_at DESC, x.model DESC LIMIT 1)
WHERE m.own = 0 AND m.origin <> 'context' AND m.removed_at IS NULL AND m.id > :after
  AND m.day >= :first_day AND m.day <= :last_day AND m.created_at >= :start_at AND m.created_at < :end_at
  AND r.primary_intent = 'praise' AND r.complaint < 0.5
ORDER BY m.id LIMIT :limit;

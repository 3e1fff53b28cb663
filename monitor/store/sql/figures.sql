-- name: figure_lanes
-- How many cases each lane holds.
SELECT lane, count(*) AS n FROM cases GROUP BY lane;

-- How a line sounds: its figures, as they are while it lasts and as they were at its end, and what they come to.

alter table legs
  add column quality jsonb,
  -- of the last seconds, while it lasts
  add column grade text check (grade in ('good', 'fair', 'poor', 'silent'));

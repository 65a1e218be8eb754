-- An agent whose line is lost in a talk is given time to come back to it: his page is loaded again, his network changes.

alter table interactions
  -- until when the talk waits for him while the customer hears music; null: he is there
  add column agent_away_until timestamptz,
  add check (agent_away_until is null or state = 'bridged');

-- Where a softphone's connection comes from: another one means that it was made anew.
alter table registrations add column source text;

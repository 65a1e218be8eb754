-- A visitor who talks in his page is given time to come back to the talk: the page is loaded anew, or he goes to the next.

alter table interactions
  -- until when the talk waits for him while his agent hears music; null: he is there
  add column customer_away_until timestamptz,
  add check (customer_away_until is null or state = 'bridged');

-- Whatever ends the talk, nobody is waited for after it.
create function forget_absence() returns trigger language plpgsql as $$
begin
  new.customer_away_until := null;
  return new;
end $$;
create trigger forget_absence before update of state on interactions for each row
  when (new.customer_away_until is not null and new.state <> 'bridged') execute function forget_absence();

alter table browser_calls
  -- whether the visitor was on the line already, and is called back into the talk
  add column again boolean not null default false,
  -- when the page hung up, or did not take the call
  add column left_at timestamptz;

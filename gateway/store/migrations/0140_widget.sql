-- How the widget of a site looks, and when it greets: gateway/tenants/widget-settings.ts is its schema.
alter table sites add column widget jsonb not null default '{}' check (jsonb_typeof(widget) = 'object');

-- What the site's own code tells the agent with a request (cart, customer number), and the greeting it answered.
alter table interactions
  add column context jsonb not null default '{}' check (jsonb_typeof(context) = 'object'),
  add column greeting text check (length(greeting) between 1 and 40);

-- How often a greeting was shown and taken. How often it led to a request is counted from the interactions.
create table greeting_counts (
  tenant_id uuid not null,
  site_id uuid not null,
  greeting text not null check (length(greeting) between 1 and 40),
  day date not null,
  shown int not null default 0 check (shown >= 0),
  accepted int not null default 0 check (accepted >= 0),
  primary key (site_id, greeting, day),
  foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade
);
create index interactions_greeted on interactions (tenant_id, site_id, greeting) where greeting is not null;

-- What a customer thought of his call; said again, it replaces what he said before.
create table ratings (
  tenant_id uuid not null,
  interaction_id uuid primary key,
  stars smallint not null check (stars between 1 and 5),
  comment text check (length(comment) between 1 and 1000),
  rated_at timestamptz not null default now(),
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade
);
create index on ratings (tenant_id, rated_at desc);

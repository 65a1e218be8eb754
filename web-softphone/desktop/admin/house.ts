import type { ApiClient } from '../api/client.js';
import {
  AdminApi,
  type CompanyNumber,
  type Holiday,
  type Hours,
  type Person,
  type Queue,
  type Rule,
  type Site,
  type Skill,
  type Trunk,
} from './api.js';
import { Collection } from './collection.js';

/** All that the administrators of a company keep. */
export class House {
  readonly api: AdminApi;
  readonly people: Collection<Person>;
  readonly queues: Collection<Queue>;
  readonly skills: Collection<Skill>;
  readonly hours: Collection<Hours>;
  readonly holidays: Collection<Holiday>;
  readonly numbers: Collection<CompanyNumber>;
  readonly sites: Collection<Site>;
  readonly rules: Collection<Rule>;
  readonly trunks: Collection<Trunk>;

  constructor(client: ApiClient) {
    this.api = new AdminApi(client);
    const { api } = this;
    const byId = ({ id }: { id: string }) => id;
    this.people = new Collection<Person>(api, 'users', byId);
    this.queues = new Collection<Queue>(api, 'queues', byId);
    this.skills = new Collection<Skill>(api, 'skills', byId);
    this.hours = new Collection<Hours>(api, 'hours', byId);
    this.holidays = new Collection<Holiday>(api, 'holidays', ({ day }) => day);
    this.numbers = new Collection<CompanyNumber>(api, 'numbers', ({ number }) => number);
    this.sites = new Collection<Site>(api, 'sites', byId);
    this.rules = new Collection<Rule>(api, 'outcome-rules', byId);
    this.trunks = new Collection<Trunk>(api, 'trunks', ({ id, name }) => id ?? name);
  }
}

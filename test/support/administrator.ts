/** The administrators' API as a program uses it. */
import type { Answer, Api } from './api.js';

export type Row = Record<string, unknown> & { id: string; version: number };

export class Administrator {
  readonly #api: Api;
  readonly #token: string;

  constructor(api: Api, token: string) {
    this.#api = api;
    this.#token = token;
  }

  /** @param path below /api/v1/admin */
  readonly ask = <T = Row>(
    method: string,
    path: string,
    body?: unknown,
    token = this.#token,
  ): Promise<Answer<T>> =>
    this.#api.call<T>(method, `/api/v1/admin${path}`, { token, ...(body === undefined ? {} : { body }) });

  /** What the list of this name holds. */
  readonly list = async (name: string): Promise<Row[]> =>
    (await this.ask<Record<string, Row[]>>('GET', `/${name}`)).body[name] ?? [];

  /** The first of a list that has these fields. */
  readonly find = async (name: string, fields: Record<string, unknown>): Promise<Row> => {
    const rows = await this.list(name);
    const row = rows.find(one => Object.entries(fields).every(([key, value]) => one[key] === value));
    if (!row) throw new Error(`not among the ${name}: ${JSON.stringify(fields)}`);
    return row;
  };
}

import { isKeys } from '../dtmf.js';
import { MediaFault } from '../fault.js';
import { maxSdpBytes } from '../sdp/parse.js';

/** The parameters of a request, read one by one: what is missing or of the wrong kind is named. */
export class Params {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: unknown) {
    if (values === undefined) this.#values = {};
    else if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
      this.#values = values as Record<string, unknown>;
    } else throw new MediaFault('bad_request', 'params is no object');
  }

  text(name: string, maxLength: number): string {
    const value = this.optionalText(name, maxLength);
    if (value === undefined) throw new MediaFault('bad_request', `${name} is missing`);
    return value;
  }

  optionalText(name: string, maxLength: number): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new MediaFault('bad_request', `${name} is no text`);
    if (value.length > maxLength)
      throw new MediaFault('bad_request', `${name} is longer than ${maxLength} characters`);
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name, 64);
    if (!allowed.includes(value as T)) {
      throw new MediaFault('bad_request', `${name} is none of ${allowed.join(', ')}`);
    }
    return value as T;
  }

  /** A whole number, or `fallback` when absent. */
  number(name: string, fallback: number, least: number, most: number): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new MediaFault('bad_request', `${name} is no whole number from ${least} to ${most}`);
    }
    return value;
  }

  sdp(name: string): string {
    const value = this.optionalSdp(name);
    if (value === undefined) throw new MediaFault('bad_request', `${name} is missing`);
    return value;
  }

  optionalSdp(name: string): string | undefined {
    const value = this.#values[name];
    if (typeof value === 'string' && value.length > maxSdpBytes) {
      throw new MediaFault('bad_sdp', `the SDP is larger than ${maxSdpBytes} bytes`);
    }
    return this.optionalText(name, maxSdpBytes);
  }

  keys(name: string): string {
    const value = this.text(name, 64).toUpperCase();
    if (!isKeys(value)) throw new MediaFault('bad_request', `${name} is not of 0-9 * # A-D`);
    return value;
  }

  object(name: string): Params {
    const value = this.#values[name];
    if (value === undefined) throw new MediaFault('bad_request', `${name} is missing`);
    return new Params(value);
  }

  /** A list of objects, one to `most` of them. */
  objects(name: string, most: number): Params[] {
    const values = this.#values[name];
    if (!Array.isArray(values) || values.length === 0 || values.length > most) {
      throw new MediaFault('bad_request', `${name} is no list of 1 to ${most}`);
    }
    return values.map(value => new Params(value));
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value !== 'boolean') throw new MediaFault('bad_request', `${name} is neither true nor false`);
    return value;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }
}

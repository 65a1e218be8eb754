/** The part of drachtio-srf that is used here, typed. */
import type { EventEmitter } from 'node:events';
import Srf from 'drachtio-srf';

export interface SipRequest extends EventEmitter {
  readonly method: string;
  readonly uri: string;
  readonly body?: string;
  get(header: string): string | undefined;
}

export interface SipResponse {
  send(status: number, options?: { headers?: Record<string, string>; body?: string }): void;
  send(status: number, reason: string, options?: { headers?: Record<string, string>; body?: string }): void;
}

export interface SipDialog {
  on(event: 'destroy', listener: (request: SipRequest, reason?: string) => void): this;
  on(event: 'modify' | 'update', listener: (request: SipRequest, response: SipResponse) => void): this;
  once(event: 'ack', listener: (request: SipRequest) => void): this;
  destroy(): Promise<unknown>;
}

export type RequestHandler = (request: SipRequest, response: SipResponse) => void;

export interface SrfClient extends EventEmitter {
  connect(options: { host: string; port: number; secret: string }): unknown;
  disconnect(): void;
  invite(handler: RequestHandler): unknown;
  options(handler: RequestHandler): unknown;
  createUAS(request: SipRequest, response: SipResponse, options: { localSdp: string }): Promise<SipDialog>;
}

export const createSrf = (): SrfClient => new Srf() as unknown as SrfClient;

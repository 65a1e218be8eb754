import type { AddressList } from '../dialplan/address-list.js';
import type { Dialplan } from '../dialplan/index.js';
import { callingFrom, type Trunk } from '../dialplan/trunk.js';
import { inOrder, type TenantTrunk } from './tenant-trunk.js';

export interface OutboundCall {
  tenantId: string;
  /** E.164. */
  number: string;
  /** The company's own trunks must not carry it: it is to prove something to the operator. */
  operatorOnly?: boolean;
}

/** The lines to the telephone network as they are now: the operator's, and those that companies have of their own. */
export class Lines {
  readonly #dialplan: Dialplan;
  #own: readonly TenantTrunk[] = [];
  #callers: readonly { trunk: TenantTrunk; addresses: AddressList }[] = [];
  #withoutOperator: ReadonlySet<string> = new Set();

  constructor(dialplan: Dialplan) {
    this.#dialplan = dialplan;
  }

  /** @param withoutOperator companies whose calls do not go over the operator's trunks */
  take(own: readonly TenantTrunk[], withoutOperator: readonly string[]): void {
    this.#own = own;
    this.#callers = own.map(trunk => ({ trunk, addresses: callingFrom(trunk) }));
    this.#withoutOperator = new Set(withoutOperator);
  }

  get operators(): readonly Trunk[] {
    return this.#dialplan.trunks;
  }

  get own(): readonly TenantTrunk[] {
    return this.#own;
  }

  /** The operator's first, as they are asked first when somebody calls. */
  get all(): readonly Trunk[] {
    return [...this.operators, ...this.#own];
  }

  /** The trunks to try for a call, in the order drawn for it: the company's own, then those of the operator's route. */
  candidates({ tenantId, number, operatorOnly = false }: OutboundCall): Trunk[] {
    const own = operatorOnly
      ? []
      : inOrder(
          this.#own.filter(trunk => trunk.tenantId === tenantId),
          number,
        );
    const allowed = operatorOnly || !this.#withoutOperator.has(tenantId);
    return [...own, ...(allowed ? this.#dialplan.trunksFor(number) : [])];
  }

  /** The operator's trunk that calls from an address. */
  operatorAt(address: string): Trunk | undefined {
    return this.#dialplan.trunkAt(address);
  }

  /** Those of companies: several may have the same carrier. */
  ownAt(address: string): Trunk[] {
    return this.#callers.filter(({ addresses }) => addresses.includes(address)).map(({ trunk }) => trunk);
  }
}

import ipaddr from 'ipaddr.js';
import { isPublicAddress } from './public-address.policy.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** Decides which addresses may be connected to. `allow` are CIDRs that may be called at any port although not public. */
export class AddressGuard {
  private readonly allowed: readonly [Address, number][];

  constructor(
    allow: readonly string[],
    /** Those that public addresses may be called at. */
    readonly ports: readonly number[],
  ) {
    this.allowed = allow.map((range) => ipaddr.parseCIDR(range));
  }

  /** Whether anything that is not public may be called. */
  get hasAllowed(): boolean {
    return this.allowed.length > 0;
  }

  permits(address: string, port: number): boolean {
    return this.isAllowed(address) || (this.ports.includes(port) && isPublicAddress(address));
  }

  private isAllowed(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return this.allowed.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
}

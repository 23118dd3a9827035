/** A URL that must lead nowhere, and what is hostile about it. */
export interface HostileUrl {
  readonly what: string;
  readonly url: string;
}

/**
 * URLs that a server must never be talked into calling, each at a port where a canary may listen: this machine in every notation that
 * resolvers and parsers know, addresses in addresses, metadata services of clouds, networks inside, ports of other services and schemes
 * that are not the web's. `scheme` is what the door in question takes.
 */
export function hostileUrls(port: number, scheme: 'http' | 'https' = 'http'): HostileUrl[] {
  return [
    ...HOSTS.map(([what, host]) => ({ what, url: `${scheme}://${host}:${port}/canary` })),
    ...SERVICES.map(([what, rest]) => ({ what, url: `${scheme}://${rest}` })),
    ...disguises(port, scheme),
  ];
}

/** Hosts that are this machine, or inside. */
const HOSTS: readonly (readonly [string, string])[] = [
  ['loopback', '127.0.0.1'],
  ['another loopback address', '127.0.0.2'],
  ['loopback in two parts', '127.1'],
  ['loopback in three parts', '127.0.1'],
  ['loopback in hex parts', '0x7f.1'],
  ['loopback as one hex number', '0x7f000001'],
  ['loopback in octal', '017700000001'],
  ['loopback in octal parts', '0177.0.0.01'],
  ['loopback as one number', '2130706433'],
  ['zero', '0'],
  ['four zeros', '0.0.0.0'],
  ['a name of this machine', 'localhost'],
  ['that name with a final dot', 'localhost.'],
  ['that name in capitals', 'LOCALHOST'],
  ['that name escaped', '%6c%6f%63%61%6c%68%6f%73%74'],
  ['full-width digits', '１２７.０.０.１'],
  ['circled digits', '①②⑦.⓪.⓪.①'],
  ['ideographic dots', '127。0。0。1'],
  ['a full-width name', 'ｌｏｃａｌｈｏｓｔ'],
  ['IPv6 unspecified', '[::]'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback in full', '[0:0:0:0:0:0:0:1]'],
  ['IPv4-mapped loopback', '[::ffff:127.0.0.1]'],
  ['IPv4-mapped loopback in hex', '[::ffff:7f00:1]'],
  ['IPv4-compatible loopback', '[::7f00:1]'],
  ['IPv4-translated loopback', '[::ffff:0:7f00:1]'],
  ['NAT64 loopback', '[64:ff9b::7f00:1]'],
  ['local NAT64', '[64:ff9b:1::7f00:1]'],
  ['6to4 loopback', '[2002:7f00:1::]'],
  ['Teredo', '[2001:0:7f00:1:0:0:80ff:fffe]'],
  ['a private network of class A', '10.0.0.1'],
  ['a private network of class B', '172.16.0.1'],
  ['a private network of class C', '192.168.0.1'],
  ['a unique local address', '[fd00::1]'],
  ['a link-local address', '[fe80::1]'],
  ['shared by carriers', '100.64.0.1'],
  ['benchmarking', '198.18.0.1'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
];

/** Services inside, at their own ports. */
const SERVICES: readonly (readonly [string, string])[] = [
  ['metadata of AWS, GCP and Azure', '169.254.169.254/latest/meta-data/'],
  ['metadata as one number', '2852039166/latest/meta-data/'],
  ['metadata mapped to IPv6', '[::ffff:a9fe:a9fe]/latest/meta-data/'],
  ['metadata by NAT64', '[64:ff9b::a9fe:a9fe]/'],
  ['metadata of AWS by IPv6', '[fd00:ec2::254]/latest/meta-data/'],
  ['credentials of ECS tasks', '169.254.170.2/v2/credentials'],
  ['the wire server of Azure', '168.63.129.16/machine?comp=goalstate'],
  ['metadata of Alibaba', '100.100.100.200/latest/meta-data/'],
  ['metadata of Oracle', '192.0.0.192/latest/'],
  ['nats-server', '127.0.0.1:4222/'],
  ['the monitor of nats-server', '127.0.0.1:8222/varz'],
  ['Postgres', '127.0.0.1:5432/'],
  ['Redis inside', '10.0.0.5:6379/'],
  ['SSH', '127.0.0.1:22/'],
];

/** URLs that are read one way by people and another by programs, and those that are not the web's. */
function disguises(port: number, scheme: string): HostileUrl[] {
  const local = `127.0.0.1:${port}`;
  return [
    { what: 'a name before the host', url: `${scheme}://example.com@${local}/` },
    { what: 'a name and password before the host', url: `${scheme}://example.com:443@${local}/` },
    { what: 'a backslash before the at', url: `${scheme}://${local}\\@example.com/` },
    { what: 'a tab in the host', url: `${scheme}://127.0\t.0.1:${port}/` },
    { what: 'a newline in the host', url: `${scheme}://127.0.0\n.1:${port}/` },
    { what: 'backslashes for slashes', url: `${scheme}:\\\\${local}\\` },
    { what: 'one slash', url: `${scheme}:/${local}/` },
    { what: 'a fragment before the at', url: `${scheme}://${local}#@example.com/` },
    { what: 'an address of no scheme', url: `//${local}/` },
    { what: 'a file', url: 'file:///etc/passwd' },
    { what: 'gopher', url: `gopher://${local}/_PING` },
    { what: 'ftp', url: `ftp://${local}/` },
    { what: 'a unix socket', url: `unix:///var/run/docker.sock` },
    { what: 'a unix socket in http', url: `http+unix://%2Fvar%2Frun%2Fdocker.sock/info` },
    { what: 'a websocket', url: `ws://${local}/` },
    { what: 'a script', url: 'javascript:alert(1)' },
  ];
}

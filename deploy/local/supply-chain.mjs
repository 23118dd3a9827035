const NOT_INSTALLED = undefined;

/**
 * What there is to say against a lock file: what is not pinned by its digest, comes from elsewhere than a registry, runs a script at
 * its installation that nobody has allowed, or has a licence that is not on the list.
 */
export function problemsOfLock({ lock, manifest, policy, licenceOf }) {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  return [
    ...unlike(lock.packages[''], manifest),
    ...inexact(manifest),
    ...packages.flatMap(([path, entry]) => [
      ...unpinned(path, entry),
      ...scripted(path, entry, policy.installScripts),
      ...unlicensed(path, entry, { licences: policy.licences, licenceOf }),
    ]),
    ...superfluous(packages, policy.installScripts),
  ];
}

function unlike(root, manifest) {
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    JSON.stringify(sorted(root[kind])) === JSON.stringify(sorted(manifest[kind]))
      ? []
      : [`package-lock.json has other ${kind} than package.json; run npm install`],
  );
}

function inexact({ dependencies = {}, devDependencies = {}, optionalDependencies = {} }) {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+[\w.+-]*$/.test(version))
    .map(([name, version]) => `${name}: ${version} is no exact version; use npm install --save-exact`);
}

function unpinned(path, { resolved, integrity, version, optional, link, inBundle }) {
  const name = nameOf(path);
  if (link) return [`${name} is a link out of the project`];
  const elsewhere = resolved === undefined ? [] : [`${name} names the place it comes from (${resolved.slice(0, 80)})`];
  // npm keeps no digest of what is for other machines and has never been fetched here: npm ci fetches it under its version alone.
  const isOfOtherMachines = optional === true && integrity === undefined;
  if (integrity === undefined && !inBundle && !isOfOtherMachines)
    return [...elsewhere, `${name}@${version} has no digest`];
  return integrity !== undefined && !integrity.includes('sha512-')
    ? [...elsewhere, `${name}@${version} has a weak digest`]
    : elsewhere;
}

function scripted(path, { hasInstallScript, version }, allowed) {
  const name = nameOf(path);
  if (!hasInstallScript || isAllowed(name, allowed)) return [];
  return [`${name}@${version} runs a script when it is installed; look at it, then add it to supply-chain.policy.json`];
}

function superfluous(packages, allowed) {
  const scriptedNames = packages.filter(([, entry]) => entry.hasInstallScript).map(([path]) => nameOf(path));
  return Object.keys(allowed)
    .filter((pattern) => !scriptedNames.some((name) => isAllowed(name, { [pattern]: '' })))
    .map((pattern) => `supply-chain.policy.json allows a script of ${pattern}, which has none; take it out`);
}

function isAllowed(name, allowed) {
  return Object.keys(allowed).some((pattern) =>
    pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

function unlicensed(path, { license, optional, version }, { licences, licenceOf }) {
  const known = license ?? (optional ? NOT_INSTALLED : licenceOf(path));
  // Of other machines, and not here: the package it belongs to has the licence.
  if (known === NOT_INSTALLED && optional) return [];
  return typeof known === 'string' && isFine(known, new Set(licences))
    ? []
    : [`${nameOf(path)}@${version} has the licence ${JSON.stringify(known)}, which is not on the list`];
}

/** Of alternatives one suffices, of what holds together all must be fine. */
function isFine(expression, licences) {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  if (plain.includes(' OR ')) return plain.split(' OR ').some((part) => isFine(part, licences));
  return plain.split(' AND ').every((part) => licences.has(part));
}

function nameOf(path) {
  return path.split('node_modules/').at(-1);
}

function sorted(record = {}) {
  return Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

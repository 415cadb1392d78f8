import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesUnder, readText, ROOT } from './architecture/source-tree.ts';

/** What must hold of the repository so that it works on any machine, and tells of none. */

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const lock = JSON.parse(readText('package-lock.json')) as { packages: Record<string, Locked> };
const manifest = JSON.parse(readText('package.json')) as {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const locked = Object.entries(lock.packages).filter(([place]) => place !== '');

test('the lock file names no registry, and has the hash of every package', () => {
  assert.deepEqual(
    locked
      .filter(([, { resolved, integrity }]) => resolved !== undefined || !integrity)
      .map(([place]) => place),
    [],
  );
});

/** npm ci refuses a lock file that was made where the binaries of other platforms could not be had. */
test('the lock file has everything that its packages ask for, for every platform', () => {
  const missing = locked.flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !placesOf(place, name).some((candidate) => candidate in lock.packages))
      .map((name) => `${place} asks for ${name}`),
  );
  assert.deepEqual(missing, []);
});

/** Where Node looks for a package, from the place of the one that asks for it. */
const placesOf = (place: string, name: string): string[] => {
  const parts = place.split('/node_modules/');
  return parts
    .map(
      (_, i) => `${parts.slice(0, parts.length - i).join('/node_modules/')}/node_modules/${name}`,
    )
    .concat(`node_modules/${name}`);
};

test('versions are pinned exactly', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  assert.deepEqual(loose, []);
});

const ENDINGS = ['.ts', '.json', '.md', '.sh', '.yaml', '.yml', '.npmrc', '.gitignore', '.ci/run'];

test('no file speaks of the machine it was written on', () => {
  const places = [
    /https?:\/\/(?:registry|npm|mirror)\.[a-z]/,
    /(?:^|[\s"'`=(])\/(?:root|work)\/\w/m,
  ];
  const names = [ROOT, ...[homedir(), hostname()].filter((name) => name.length > 6)];
  const texts = filesUnder(['.'], ENDINGS);
  const telling = texts.flatMap((file) => {
    const text = readText(file);
    return [
      ...places.flatMap((place) => place.exec(text)?.[0].trim() ?? []),
      ...names.filter((name) => text.includes(name)),
    ].map((found) => `${file}: ${found}`);
  });
  assert.deepEqual(telling, []);
  assert.ok(!readText('.npmrc').includes('registry'));
});

test('scripts can be run', () => {
  for (const script of [...filesUnder(['scripts'], ['.sh']), '.ci/run'])
    accessSync(join(ROOT, script), constants.X_OK);
});

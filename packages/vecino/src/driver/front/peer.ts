import { VecinoError } from '../../base/errors.ts';

/**
 * An engine's client, which is an optional peer: whoever uses the driver installs it. `PACKAGE_MISSING` says how.
 *
 * @param thing the opening words of the message
 * @param name not a literal in the import, because without the package its types are not there either
 */
export async function importPeer<Module>(thing: string, name: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (cause) {
    throw new VecinoError(
      'PACKAGE_MISSING',
      `${thing} needs the package ${name}, which cannot be loaded: npm install ${name}`,
      { details: { package: name }, cause },
    );
  }
}

import { pathToFileURL } from "node:url";

/** In a process that `build.ts` built: one of the modules that were built with it, such as `gorpc/client`. */
export async function peerModule<Module>(module: string): Promise<Module> {
  const script = pathToFileURL(process.argv[1]!);
  return (await import(new URL(`peers/${module}.js`, script).href)) as Module;
}

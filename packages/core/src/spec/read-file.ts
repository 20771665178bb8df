import type { Defaults, DefaultsPlaces } from "./defaults/defaults-file.ts";
import type { ReadSpecOptions } from "./prepare.ts";
import type { ReadSpec } from "./read.ts";
import type { SpecSource } from "./text/place.ts";

// What reads files is loaded with the first of them: a program that waits for jobs starts without it.

/**
 * Reads a job spec from a YAML or JSON file, or from a text such as that of stdin, puts the overrides in
 * and checks it.
 * @throws {SpecError} with **all** problems and their places, in the order of the file. A problem that an
 * override brought in names the override instead of a place.
 * @throws {InputError} it is neither the name of a file nor a text; a spec that is an object goes to `parseJobSpec`.
 */
export async function readJobSpec(
  from: string | SpecSource,
  options: ReadSpecOptions = {},
): Promise<ReadSpec> {
  const { readSpecText } = await import("./prepare.ts");
  const { checkJob } = await import("./read.ts");
  return checkJob(await readSpecText(from, options), options);
}

/**
 * Reads the defaults of specs: the project's `.qizhi/defaults.yaml`, which is found upwards from the working folder
 * as git finds `.git`, and with `userFile` the user's own. The search ends at the home folder and does not cross
 * into another file system.
 * @throws {SpecError} a file is wrong, with all problems and their places.
 * @throws {InputError} a file or its folder belongs to another user, or others can write to it.
 */
export async function readDefaults(places?: DefaultsPlaces): Promise<Defaults> {
  const { findDefaults } = await import("./defaults/defaults-file.ts");
  return findDefaults(places);
}

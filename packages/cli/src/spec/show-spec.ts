import { maskSpec } from "@qizhi/core/internal";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** A spec as it may stand in a log, unless its secrets are asked for; says how many are hidden. */
export function toShown<Spec>(spec: Spec, options: Options, io: Io): Spec {
  if (options.flag("showSecrets")) return spec;
  const { shown, masked } = maskSpec(spec);
  if (masked > 0) printNote(io, io.t.spec.masked(masked));
  return shown;
}

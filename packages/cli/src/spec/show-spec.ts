import { maskSpec } from "@qizhi/core/internal";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** A spec for a log: secrets are masked without `--show-secrets`, and their number is printed. */
export function toShown<Spec>(spec: Spec, options: Options, io: Io): Spec {
  if (options.flag("showSecrets")) return spec;
  const { shown, masked } = maskSpec(spec);
  if (masked > 0) printNote(io, io.t.spec.masked(masked));
  return shown;
}

import type { Connection } from "./connect.ts";
import { connect } from "./connect.ts";
import type { Io } from "./io.ts";
import type { Options } from "./options.ts";

/** Connects to watch jobs; for several, all requests keep to one rate. Errors as for {@link connect}. */
export async function connectToWatch(jobs: number, options: Options, io: Io): Promise<Connection> {
  if (jobs <= 1) return connect(options, io);
  // Who watches one job needs none of it.
  const { createPace } = await import("./pace.ts");
  return connect(options, io, createPace(options, io));
}

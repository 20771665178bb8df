import * as z from "zod/mini";

/** An object of the wire: each known field may be absent, and fields that are not known are kept. */
export function wireObject<Fields extends z.core.$ZodShape>(fields: Fields) {
  return z.partial(z.looseObject(fields));
}

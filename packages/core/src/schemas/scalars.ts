import * as z from "zod/mini";
import { usually } from "./wire-object.ts";

const textToNumber = () =>
  z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), z.transform(Number));

const isText = (value: unknown) => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";

/** A whole number that the wire sends as a number or as numeric text (wire-facts 0.2, 2.2). */
export const WireInteger = usually(Number.isSafeInteger, () =>
  z.union([z.int(), z.pipe(textToNumber(), z.int())]),
);

/** A number that the wire sends as a number or as numeric text (wire-facts 2.2). */
export const WireNumber = usually(Number.isFinite, () =>
  z.union([z.number(), z.pipe(textToNumber(), z.number())]),
);

/** Text; a number in its place is kept as its text, because ids and times change form (wire-facts 2.2). */
export const WireText = usually(isText, () =>
  z.union([z.string(), z.pipe(z.pipe(z.number(), z.transform(String)), z.string())]),
);

/** A flag that the wire may send as a boolean or as the text `true` or `false`. */
export const WireBoolean = usually(isFlag, () =>
  z.union([
    z.boolean(),
    z.pipe(
      z.pipe(
        z.enum(["true", "false"]),
        z.transform((text) => text === "true"),
      ),
      z.boolean(),
    ),
  ]),
);

/** An enumeration of whole numbers whose unknown values are kept (the page's enums are not closed). */
export function openEnum<const Values extends readonly number[]>(values: Values) {
  return usually(Number.isSafeInteger, () => z.union([z.literal(values), WireInteger]));
}

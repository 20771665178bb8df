import * as z from "zod/mini";

const numericText = z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), z.transform(Number));

/** A whole number that the wire sends as a number or as numeric text (wire 2.2). */
export const WireInteger = z.union([z.int(), z.pipe(numericText, z.int())]);

/** A number that the wire sends as a number or as numeric text (wire 2.2). */
export const WireNumber = z.union([z.number(), z.pipe(numericText, z.number())]);

/** Text; a number in its place is kept as its text, because ids and times change form (wire 2.2). */
export const WireText = z.union([
  z.string(),
  z.pipe(z.pipe(z.number(), z.transform(String)), z.string()),
]);

const flagText = z.pipe(
  z.enum(["true", "false"]),
  z.transform((text) => text === "true"),
);

/** A flag that the wire may send as a boolean or as the text `true` or `false`. */
export const WireBoolean = z.union([z.boolean(), z.pipe(flagText, z.boolean())]);

/** An enumeration of whole numbers whose unknown values are kept (the page's enums are not closed). */
export function openEnum<const Values extends readonly number[]>(values: Values) {
  return z.union([z.literal(values), WireInteger]);
}

/** An object of the wire: each known field may be absent, and fields that are not known are kept. */
export function wireObject<Fields extends z.core.$ZodShape>(fields: Fields) {
  return z.partial(z.looseObject(fields));
}

/** A schema for each field of a written type: none is missing, and there is none too many. */
export type FieldsOf<Type> = { readonly [Field in keyof Type]-?: z.ZodMiniType<Type[Field]> };

import { invalidArgType } from "../errors.mjs";

// Constructors of before classes. What the prototype has already stays.
export function inherits(constructor, parent) {
  if (constructor === undefined || constructor === null) throw invalidArgType("ctor", "of type function", constructor);
  if (parent === undefined || parent === null) throw invalidArgType("superCtor", "of type function", parent);
  if (parent.prototype === undefined) throw invalidArgType("superCtor.prototype", "of type object", parent.prototype);
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

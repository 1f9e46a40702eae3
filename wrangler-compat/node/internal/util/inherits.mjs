import { invalidArgType } from "../errors.mjs";

// Constructors of before classes. What the prototype has already stays.
export function inherits(constructor, parent) {
  if (typeof constructor !== "function") throw invalidArgType("ctor", "of type function", constructor);
  if (typeof parent !== "function") throw invalidArgType("superCtor", "of type function", parent);
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

// The group ristretto255 of RFC 9496: points of an Edwards curve over the integers modulo P, in the coordinates x = X/Z, y = Y/Z,
// T = XY/Z. What is computed here is public, so that it need not take the same time for all inputs.

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const mod = (a) => {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
};

function power(base, exponent, modulus = P) {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n, square = (square * square) % modulus) {
    if (exponent & 1n) result = (result * square) % modulus;
  }
  return result;
}

const inverse = (a) => power(a, P - 2n);
const isNegative = (a) => (a & 1n) === 1n;
const absolute = (a) => (isNegative(a) ? P - a : a);

const D = mod(-121665n * inverse(121666n));
const SQRT_M1 = power(2n, (P - 1n) / 4n);
const INVSQRT_A_MINUS_D = inverseRoot(mod(-1n - D)).root;
const SQRT_AD_MINUS_ONE = squareRoot(mod(-D - 1n));
const ONE_MINUS_D_SQ = mod(1n - D * D);
const D_MINUS_ONE_SQ = mod((D - 1n) * (D - 1n));

// rootOfRatio is SQRT_RATIO_M1 of the RFC: whether u/v is a square, and the root that is not negative of u/v or of sqrt(-1)·u/v.
function rootOfRatio(u, v) {
  const v3 = mod(v * v * v);
  const root = mod(u * v3 * power(mod(u * v3 * v3 * v), (P - 5n) / 8n));
  const check = mod(v * root * root);
  const minus = mod(-u);
  const flipped = check === minus || check === mod(minus * SQRT_M1);
  return { isSquare: check === u || check === minus, root: absolute(flipped ? mod(SQRT_M1 * root) : root) };
}

function inverseRoot(a) {
  return rootOfRatio(1n, a);
}

// squareRoot returns the odd root, which is the one that the RFC has for its constant.
function squareRoot(a) {
  const { root } = rootOfRatio(a, 1n);
  return P - root;
}

const littleEndian = (bytes) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

function toLittleEndian(number) {
  const bytes = new Uint8Array(32);
  for (let i = 0, rest = number; i < 32; i++, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

const IDENTITY = { x: 0n, y: 1n, z: 1n, t: 0n };

// decode reads an element in its one encoding, null if it is none or the identity, which no protocol here may carry.
export function decode(bytes) {
  const s = littleEndian(bytes);
  if (bytes.length !== 32 || s >= P || isNegative(s) || s === 0n) return null;
  const ss = mod(s * s);
  const u1 = mod(1n - ss);
  const u2 = mod(1n + ss);
  const v = mod(-D * u1 * u1 - u2 * u2);
  const { isSquare, root } = inverseRoot(mod(v * u2 * u2));
  const x = absolute(mod(2n * s * root * u2));
  const y = mod(u1 * root * root * u2 * v);
  const t = mod(x * y);
  return !isSquare || isNegative(t) || y === 0n ? null : { x, y, z: 1n, t };
}

export function encode({ x, y, z, t }) {
  const u1 = mod((z + y) * (z - y));
  const u2 = mod(x * y);
  const { root } = inverseRoot(mod(u1 * u2 * u2));
  const den1 = mod(root * u1);
  const den2 = mod(root * u2);
  const zInverse = mod(den1 * den2 * t);
  const rotate = isNegative(mod(t * zInverse));
  const [rx, ry, den] = rotate ? [mod(y * SQRT_M1), mod(x * SQRT_M1), mod(den1 * INVSQRT_A_MINUS_D)] : [x, y, den2];
  const up = isNegative(mod(rx * zInverse)) ? -ry : ry;
  return toLittleEndian(absolute(mod(den * (z - up))));
}

// fromUniform maps 64 uniform bytes to an element.
export const fromUniform = (bytes) => add(map(bytes.subarray(0, 32)), map(bytes.subarray(32)));

function map(bytes) {
  const t = littleEndian(bytes) % 2n ** 255n % P;
  const r = mod(SQRT_M1 * t * t);
  const u = mod((r + 1n) * ONE_MINUS_D_SQ);
  const v = mod((-1n - r * D) * (r + D));
  const { isSquare, root } = rootOfRatio(u, v);
  const s = isSquare ? root : mod(-absolute(mod(root * t)));
  const c = isSquare ? -1n : r;
  const n = mod(c * (r - 1n) * D_MINUS_ONE_SQ - v);
  const w0 = mod(2n * s * v);
  const w1 = mod(n * SQRT_AD_MINUS_ONE);
  const w2 = mod(1n - s * s);
  const w3 = mod(1n + s * s);
  return { x: mod(w0 * w3), y: mod(w2 * w1), z: mod(w1 * w3), t: mod(w0 * w2) };
}

function add(p, q) {
  const a = mod((p.y - p.x) * (q.y - q.x));
  const b = mod((p.y + p.x) * (q.y + q.x));
  const c = mod(2n * D * p.t * q.t);
  const d = mod(2n * p.z * q.z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

function double(p) {
  const a = mod(p.x * p.x);
  const b = mod(p.y * p.y);
  const c = mod(2n * p.z * p.z);
  const h = a + b;
  const e = h - mod((p.x + p.y) * (p.x + p.y));
  const g = a - b;
  const f = c + g;
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

// combine returns the sum of scalar times point over the pairs.
export function combine(...pairs) {
  let sum = IDENTITY;
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = double(sum);
    for (const [scalar, point] of pairs) if ((scalar >> bit) & 1n) sum = add(sum, point);
  }
  return sum;
}

// The generator is the Edwards curve's base point, y = 4/5.
export const GENERATOR = generator();

function generator() {
  const y = mod(4n * inverse(5n));
  const { root } = rootOfRatio(mod(y * y - 1n), mod(D * y * y + 1n));
  return { x: root, y, z: 1n, t: mod(root * y) };
}

// scalar reads a scalar in its one encoding, null if it is none.
export function scalar(bytes) {
  const value = littleEndian(bytes);
  return bytes.length === 32 && value < ORDER ? value : null;
}

// invert returns the inverse of a scalar that is not zero.
export const invert = (value) => power(value, ORDER - 2n, ORDER);

// scalarFromUniform reduces 64 uniform bytes.
export const scalarFromUniform = (bytes) => littleEndian(bytes) % ORDER;

// atZero returns by what the values of a polynomial at distinct places are multiplied in its value at 0.
export function atZero(places) {
  const times = (a, b) => (a * b) % ORDER;
  return places.map((place, i) => {
    const others = places.filter((_, j) => j !== i).map(BigInt);
    const above = others.reduce(times, 1n);
    const below = others.reduce((product, other) => times(product, ORDER + other - BigInt(place)), 1n);
    return times(above, invert(below));
  });
}

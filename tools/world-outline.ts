/**
 * The outline of the world for the dashboard's map, out of world-atlas (Natural Earth, public domain): one path of the land,
 * one of the borders, and where each country's middle is. Equal Earth projection (Šavrič, Patterson, Jenny 2018), so that
 * areas are true to each other.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Point = readonly [number, number];
interface Geometry {
  readonly type: string;
  readonly id?: string;
  readonly arcs?: readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];
  readonly geometries?: readonly Geometry[];
}
interface Topology {
  readonly transform: { readonly scale: Point; readonly translate: Point };
  readonly arcs: readonly (readonly Point[])[];
  readonly objects: Readonly<Record<string, Geometry>>;
}

/** Size of the drawing; what lies south of all cities is left out. */
const WIDTH = 1600;
const NORTH = 84;
const SOUTH = -57;
/** Islands smaller than this are left out, square units. */
const LEAST_AREA = 6;
const SCALE = WIDTH / 2 / 2.70663;

/** Longitude and latitude to the plane; y grows downwards. */
function project([lon, lat]: Point): Point {
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((lat * Math.PI) / 180));
  const l2 = theta * theta;
  const l6 = l2 ** 3;
  const x =
    (((2 * Math.sqrt(3)) / 3) * ((lon * Math.PI) / 180) * Math.cos(theta)) /
    (1.340264 - 3 * 0.081106 * l2 + l6 * (7 * 0.000893 + 9 * 0.003796 * l2));
  const y = theta * (1.340264 - 0.081106 * l2 + l6 * (0.000893 + 0.003796 * l2));
  return [x * SCALE, -y * SCALE];
}
const TOP = project([0, NORTH])[1];
const HEIGHT = Math.round(project([0, SOUTH])[1] - TOP);
const placed = (point: Point): Point => {
  const [x, y] = project(point);
  return [Math.round(x + WIDTH / 2), Math.round(y - TOP)];
};

/** The source file of the outline. */
export function worldOutline(root: string): string {
  const read = (name: string): Topology =>
    JSON.parse(readFileSync(join(root, 'node_modules', 'world-atlas', `${name}.json`), 'utf8')) as Topology;
  const coarse = read('countries-110m');
  const lines = arcsOf(coarse);
  const whole = read('land-110m');
  const coasts = arcsOf(whole);
  const land = polygonsOf(whole.objects.land!)
    .flatMap((rings) => rings.flatMap((ring) => cutOf(ringOf(ring, coasts)).map((piece) => piece.map(placed))))
    .filter((ring) => areaOf(ring) >= LEAST_AREA && ring.some(([, y]) => y < HEIGHT));
  const centres = centresOf(read('countries-50m'));
  return `/** Made by \`tools/generate.ts\` out of world-atlas (Natural Earth, public domain); do not edit. */

/** Width and height of the drawing. */
export const SIZE = [${WIDTH}, ${HEIGHT}] as const;
/** The land. */
export const LAND =
  '${land.map((ring) => pathOf(ring, true)).join('')}';
/** Borders between countries. */
export const BORDERS =
  '${bordersOf(coarse)
    .map((arc) => pathOf(lines[arc]!.map(placed), false))
    .join('')}';
/** Middles of countries: code, x, y. */
export const CENTRES =
  '${centres.map(([code, [x, y]]) => `${code}${x},${y}`).join(' ')}';
`;
}

/** Arcs as longitudes and latitudes: whole steps from point to point, scaled (TopoJSON 2.1.3). */
function arcsOf({ arcs, transform }: Topology): readonly (readonly Point[])[] {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]): Point => {
      x += dx;
      y += dy;
      return [x * transform.scale[0] + transform.translate[0], y * transform.scale[1] + transform.translate[1]];
    });
  });
}

/** Polygons of a geometry, each a list of rings, each a list of arcs. */
function polygonsOf(geometry: Geometry): readonly (readonly (readonly number[])[])[] {
  if (geometry.type === 'GeometryCollection') return (geometry.geometries ?? []).flatMap(polygonsOf);
  if (geometry.type === 'Polygon') return [geometry.arcs as readonly (readonly number[])[]];
  return geometry.type === 'MultiPolygon' ? (geometry.arcs as readonly (readonly (readonly number[])[])[]) : [];
}

/** A ring's points; an arc below zero runs backwards. */
function ringOf(arcs: readonly number[], lines: readonly (readonly Point[])[]): readonly Point[] {
  return arcs.flatMap((arc) => (arc < 0 ? lines[~arc]!.toReversed() : lines[arc]!).slice(0, -1));
}

/** Longitudes without the jump at the antimeridian; null for a ring around a pole. */
function unrolled(ring: readonly Point[]): readonly Point[] | null {
  let turn = 0;
  let before = ring[0]?.[0] ?? 0;
  const points = ring.map(([lon, lat]): Point => {
    if (lon - before > 180) turn -= 360;
    if (lon - before < -180) turn += 360;
    before = lon;
    return [lon + turn, lat];
  });
  // Back at the first point, all turns must have been taken back.
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return Math.abs(first - last) > 180 ? null : points;
}

/** A ring in pieces that lie on the drawing: what reaches over its edge comes in again on the other side. */
function cutOf(ring: readonly Point[]): readonly (readonly Point[])[] {
  const whole = unrolled(ring);
  if (whole === null) return [];
  return [-360, 0, 360]
    .map((shift) =>
      halfOf(
        halfOf(
          whole.map(([lon, lat]): Point => [lon + shift, lat]),
          180,
          1,
        ),
        -180,
        -1,
      ),
    )
    .filter((piece) => piece.length > 2);
}

/** What of a polygon lies on one side of a meridian (Sutherland and Hodgman 1974). */
function halfOf(ring: readonly Point[], meridian: number, side: 1 | -1): readonly Point[] {
  const isIn = ([lon]: Point): boolean => (meridian - lon) * side >= 0;
  return ring.flatMap((point, index): Point[] => {
    const before = ring[(index + ring.length - 1) % ring.length]!;
    if (isIn(point) === isIn(before)) return isIn(point) ? [point] : [];
    const share = (meridian - before[0]) / (point[0] - before[0]);
    const edge: Point = [meridian, before[1] + share * (point[1] - before[1])];
    return isIn(point) ? [edge, point] : [edge];
  });
}

/** Arcs that two countries share. */
function bordersOf(topology: Topology): readonly number[] {
  const uses = new Map<number, number>();
  for (const polygon of polygonsOf(topology.objects.countries!))
    for (const ring of polygon)
      for (const arc of ring) {
        const index = arc < 0 ? ~arc : arc;
        uses.set(index, (uses.get(index) ?? 0) + 1);
      }
  return [...uses].flatMap(([arc, times]) => (times > 1 ? [arc] : []));
}

/** Each country's middle: that of its largest piece, by the code that CLDR gives its number. */
function centresOf(topology: Topology): readonly (readonly [string, Point])[] {
  const lines = arcsOf(topology);
  const found = new Map<string, Point>();
  for (const country of topology.objects.countries!.geometries ?? []) {
    if (country.id === undefined || !/^\d{3}$/.test(country.id)) continue;
    const code = Intl.getCanonicalLocales(`und-${country.id}`)[0]?.slice(4) ?? '';
    const rings = polygonsOf(country).map((polygon) => (unrolled(ringOf(polygon[0]!, lines)) ?? []).map(project));
    const largest = rings.toSorted((a, b) => areaOf(b) - areaOf(a))[0];
    if (largest === undefined || !/^[A-Z]{2}$/.test(code) || found.has(code)) continue;
    const [x, y] = middleOf(largest);
    found.set(code, [Math.round(x + WIDTH / 2), Math.round(y - TOP)]);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function crossesOf(ring: readonly Point[]): readonly number[] {
  return ring.map(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    return x * nextY - nextX * y;
  });
}

function areaOf(ring: readonly Point[]): number {
  return Math.abs(crossesOf(ring).reduce((sum, each) => sum + each, 0)) / 2;
}

/** Centroid of a polygon. */
function middleOf(ring: readonly Point[]): Point {
  const crosses = crossesOf(ring);
  const six = 3 * crosses.reduce((sum, each) => sum + each, 0);
  const along = (axis: 0 | 1): number =>
    ring.reduce(
      (sum, point, index) => sum + (point[axis] + ring[(index + 1) % ring.length]![axis]) * crosses[index]!,
      0,
    ) / six;
  return six === 0 ? ring[0]! : [along(0), along(1)];
}

/** A path in whole steps; points on a straight line between others are left out. */
function pathOf(points: readonly Point[], closed: boolean): string {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    const before = kept.at(-2);
    if (last?.[0] === point[0] && last[1] === point[1]) continue;
    if (last !== undefined && before !== undefined) {
      const bend = (last[0] - before[0]) * (point[1] - before[1]) - (last[1] - before[1]) * (point[0] - before[0]);
      if (Math.abs(bend) < 1) kept.pop();
    }
    kept.push(point);
  }
  if (kept.length < 2) return '';
  const [first, ...rest] = kept;
  let [x, y] = first!;
  let steps = '';
  for (const [nextX, nextY] of rest) {
    const [dx, dy] = [nextX - x, nextY - y];
    steps += `${steps === '' || dx < 0 ? '' : ' '}${dx}${dy < 0 ? '' : ' '}${dy}`;
    [x, y] = [nextX, nextY];
  }
  return `M${first![0]} ${first![1]}l${steps}${closed ? 'z' : ''}`;
}

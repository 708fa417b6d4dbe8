/** A point on the map, as people paste it. */
export interface Point {
  latitude: number;
  longitude: number;
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
// What maps put into their addresses: @52.1,13.4 (Google), #map=17/52.1/13.4 (OpenStreetMap), q=52.1,13.4, geo:52.1,13.4.
// Yandex writes the longitude first: ll=13.4,52.1.
const FORMS: [RegExp, "lat-lon" | "lon-lat"][] = [
  [new RegExp(`^\\s*${NUMBER}\\s*[,;\\s]\\s*${NUMBER}\\s*$`), "lat-lon"],
  [new RegExp(`^geo:${NUMBER},${NUMBER}`), "lat-lon"],
  [new RegExp(`@${NUMBER},${NUMBER}`), "lat-lon"],
  [new RegExp(`#map=[\\d.]+/${NUMBER}/${NUMBER}`), "lat-lon"],
  [new RegExp(`[?&](?:q|query|mlat)=${NUMBER}(?:,|%2C|&mlon=)${NUMBER}`), "lat-lon"],
  [new RegExp(`[?&]ll=${NUMBER}(?:,|%2C)${NUMBER}`), "lon-lat"],
];

/** Reads coordinates or a map's link; null where there is no point in it. */
export function pointOf(typed: string): Point | null {
  for (const [form, order] of FORMS) {
    const found = form.exec(typed);
    if (!found) continue;
    const [first, second] = [Number(found[1]), Number(found[2])];
    const [latitude, longitude] = order === "lat-lon" ? [first, second] : [second, first];
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  }
  return null;
}

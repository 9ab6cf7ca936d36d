// A day of photographs of the same place, in the light of each half hour.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const EARTH = fileURLToPath(new URL('../photographs/blueMarble.jpg', import.meta.url));
/** From the Sahara to the Kalahari, in pixels of the photograph. */
const PLACE = { left: 1850, top: 560, width: 900, height: 860 };
/** On the equator, at an equinox. */
const LATITUDE = 0;
const DECLINATION = 0;
/** What a clear sky takes of red, green and blue light on a vertical way through it: Rayleigh scattering at 620, 540, 460 nm, and haze. */
const OPTICAL_DEPTHS = [0.06, 0.105, 0.205].map(rayleigh => rayleigh + 0.12);
/** Of the light that comes from the whole sky instead of the sun. */
const SKY = [0.05, 0.08, 0.14];
const HALF_HOURS = 48;

/** Degrees above the horizon; `hours` of local solar time. */
export function sunAltitude(hours) {
	const [latitude, declination, hourAngle] = [LATITUDE, DECLINATION, (hours - 12) * 15].map(radians);
	const sine = Math.sin(latitude) * Math.sin(declination);
	return degrees(Math.asin(sine + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)));
}

/** Red, green and blue light on level ground; 1 is the sun's without air. Air mass: Kasten and Young 1989, Applied Optics 28:4735. */
export function daylight(altitude) {
	if (altitude <= 0) return [0, 0, 0];
	const sine = Math.sin(radians(altitude));
	const airMass = 1 / (sine + 0.50572 * (altitude + 6.07995) ** -1.6364);
	return OPTICAL_DEPTHS.map((depth, i) => sine * Math.exp(-depth * airMass) + SKY[i] * Math.sqrt(sine));
}

/** Names as the PhenoCam network has them. */
export async function makeDay(folder) {
	const place = await sharp(EARTH).extract(PLACE).raw().toBuffer();
	const raw = { width: PLACE.width, height: PLACE.height, channels: 3 };
	for (let i = 0; i < HALF_HOURS; i++) {
		const hours = i / 2;
		const light = daylight(sunAltitude(hours));
		// Cameras open up when light is short, but not all the way; at night they see nothing.
		const exposure = 1.2 / Math.sqrt(Math.max(...light, 0.01));
		const [clock, minutes] = [Math.floor(hours), (hours % 1) * 60].map(value => String(value).padStart(2, '0'));
		await sharp(place, { raw })
			.linear(
				light.map(value => value * exposure),
				[0, 0, 0],
			)
			.jpeg({ quality: 90 })
			.toFile(join(folder, `africa_2024_03_20_${clock}${minutes}00.jpg`));
	}
}

const radians = angle => (angle * Math.PI) / 180;
const degrees = angle => (angle * 180) / Math.PI;

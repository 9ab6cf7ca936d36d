const EARTH_RADIUS_KM = 6371.0088;
const radians = degrees => (degrees * Math.PI) / 180;
const degrees = angle => (angle * 180) / Math.PI;

/** Length of the great circle between two places given in degrees, km (haversine formula). */
export function distanceKm(a, b) {
	const halfLatitude = Math.sin(radians(b.latitude - a.latitude) / 2);
	const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
	const h = halfLatitude ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * halfLongitude ** 2;
	return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The place a share (0 to 1) of the way along the great circle from `a` to `b`. */
export function pointBetween(a, b, share) {
	const angle = distanceKm(a, b) / EARTH_RADIUS_KM;
	if (angle === 0) return { latitude: a.latitude, longitude: a.longitude };
	const weightA = Math.sin((1 - share) * angle) / Math.sin(angle);
	const weightB = Math.sin(share * angle) / Math.sin(angle);
	const [ax, ay, az] = vector(a);
	const [bx, by, bz] = vector(b);
	const [x, y, z] = [weightA * ax + weightB * bx, weightA * ay + weightB * by, weightA * az + weightB * bz];
	return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) };
}

function vector({ latitude, longitude }) {
	const [latitudeAngle, longitudeAngle] = [radians(latitude), radians(longitude)];
	return [
		Math.cos(latitudeAngle) * Math.cos(longitudeAngle),
		Math.cos(latitudeAngle) * Math.sin(longitudeAngle),
		Math.sin(latitudeAngle),
	];
}

export interface Logger {
	trace(message: string): void;
	info(message: string): void;
	warn(message: string): void;
	error(message: string, error?: unknown): void;
}

export const silentLogger: Logger = { trace() {}, info() {}, warn() {}, error() {} };

/** One file of a third party, read by us and by the library that its field trusts. */
export interface AgreementRow {
	/** Within its package. */
	readonly file: string;
	/** `refused`: with the true reason, which `detail` gives. */
	readonly outcome: 'agrees' | 'refused' | 'differs';
	/** What was compared, why it was refused, or what differs. */
	readonly detail: string;
}

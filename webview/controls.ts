/** The only file that names the toolkit (archived upstream): what replaces it one day replaces it here. */
import {
	provideVSCodeDesignSystem,
	type Checkbox as ToolkitCheckbox,
	type TextField as ToolkitTextField,
	vsCodeButton,
	vsCodeCheckbox,
	vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { type Attributes, type ComponentChildren, h, type VNode } from 'preact';

export function registerControls(): void {
	provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextField());
}

const element = (tag: string, props: Record<string, unknown>, children?: ComponentChildren): VNode =>
	h(tag, props as Attributes, children) as VNode;

export interface ButtonProps {
	children: ComponentChildren;
	onPress(): void;
	appearance?: 'primary' | 'secondary';
	disabled?: boolean;
	title?: string;
	/** Pressed or not, for a button that switches something. */
	pressed?: boolean;
}

export function Button({ children, onPress, appearance = 'secondary', disabled, title, pressed }: ButtonProps): VNode {
	return element(
		'vscode-button',
		{
			appearance,
			title,
			disabled: disabled === true,
			ariaPressed: pressedText(pressed),
			onClick: guarded(onPress, disabled),
		},
		children,
	);
}

export interface IconButtonProps extends Omit<ButtonProps, 'appearance' | 'title'> {
	/** Read out, and shown as the tooltip. */
	label: string;
}

export function IconButton({ children, label, onPress, disabled, pressed }: IconButtonProps): VNode {
	return element(
		'vscode-button',
		{
			'aria-label': label,
			ariaLabel: label,
			title: label,
			appearance: 'icon',
			class: pressed ? 'pressed' : undefined,
			disabled: disabled === true,
			ariaPressed: pressedText(pressed),
			onClick: guarded(onPress, disabled),
		},
		children,
	);
}

export interface CheckboxProps {
	checked: boolean;
	children: ComponentChildren;
	onChange(checked: boolean): void;
	title?: string;
}

export function Checkbox({ checked, children, onChange, title }: CheckboxProps): VNode {
	const changed = (event: Event) => {
		const next = (event.currentTarget as ToolkitCheckbox).checked;
		if (next !== checked) onChange(next);
	};
	return element('vscode-checkbox', { checked, title, onChange: changed }, children);
}

export interface SearchFieldProps {
	value: string;
	label: string;
	onInput(value: string): void;
}

export function SearchField({ value, label, onInput }: SearchFieldProps): VNode {
	return element('vscode-text-field', {
		value,
		placeholder: label,
		'aria-label': label,
		ariaLabel: label,
		class: 'search',
		onInput: (event: Event) => onInput((event.currentTarget as ToolkitTextField).value),
	});
}

const pressedText = (pressed: boolean | undefined) => (pressed === undefined ? undefined : String(pressed));
/** The toolkit's button is a custom element: its clicks arrive also while it is disabled. */
const guarded = (onPress: () => void, disabled: boolean | undefined) => () => {
	if (!disabled) onPress();
};

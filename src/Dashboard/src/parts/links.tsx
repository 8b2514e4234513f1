import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type LinkElement = Omit<ComponentPropsWithRef<'a'>, 'color' | 'style'>;

/** Mantine's links, which know the routes of the page. */
export const AnchorLink = createLink((props: Omit<AnchorProps, 'href'> & LinkElement) => <Anchor inherit {...props} />);

export const ButtonLink = createLink((props: Omit<ButtonProps, 'href'> & LinkElement) => <Button component="a" {...props} />);

export const MenuLink = createLink((props: Omit<NavLinkProps, 'href'> & LinkElement) => <NavLink component="a" {...props} />);

#!/usr/bin/env node
// npm links the command while it installs, when nothing is built yet: it finds this file and no other.
import '../dist/cli/main.js';

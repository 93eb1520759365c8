/** Who is calling: tokens, the keys of their issuer, and the audit log. Knows no other room. */
package com.aiprod.pipeline.security;

/** Who is calling, and who may: tokens and access by path. Needs no other room of the application. */
package com.aiprod.pipeline.security;

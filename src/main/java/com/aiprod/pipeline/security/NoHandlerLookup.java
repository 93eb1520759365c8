package com.aiprod.pipeline.security;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.core.Ordered;

/**
 * Keeps Spring Security from looking up the handler of each request, as Spring MVC does later: the rules are path
 * patterns, which need no handler. Spring Security 6 adds the filter that does so whenever this bean is defined; 7.0 no
 * longer uses it (spring-framework issue 37093), so this class can go then.
 */
final class NoHandlerLookup implements BeanDefinitionRegistryPostProcessor, Ordered {

    private static final String INTROSPECTOR = "mvcHandlerMappingIntrospector";

    /** Before Spring Security's own processor, which has no order. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry.containsBeanDefinition(INTROSPECTOR)) {
            registry.removeBeanDefinition(INTROSPECTOR);
        }
    }
}

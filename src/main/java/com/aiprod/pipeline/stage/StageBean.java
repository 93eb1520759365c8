package com.aiprod.pipeline.stage;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/** A bean that the routes of every pipeline can call by its name. Pipelines see no other bean of the application. */
@Documented
@Component
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface StageBean {

    /** The name of the bean; by default, the name of the class with a lower-case first letter. */
    @AliasFor(annotation = Component.class)
    String value() default "";
}

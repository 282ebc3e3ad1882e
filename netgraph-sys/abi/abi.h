/*
 * Turns names into lines of the table: each becomes a comment in the assembly
 * that the compiler writes, so that nothing has to be linked or run.
 */
#include <sys/types.h>
#include <sys/ioccom.h>
#include <sys/socket.h>
#include <net/ethernet.h>
#include <netgraph/ng_message.h>
#include <stddef.h>

#define LINE(text, format, ...) __asm__ volatile("\n#ABI " HEADER text format ::__VA_ARGS__)
#define NUMBER(value) "i"((long long)(value))

#define CONST(name) LINE(" const " #name, " %c0", NUMBER(name))
#define STRING(name) __asm__ volatile("\n#ABI " HEADER " string " #name " " name)
/* A structure known by its tag, or by its type name, and its members. */
#define STRUCT(tag) TYPE_(struct tag, #tag)
#define TYPE(type) TYPE_(type, #type)
#define FIELD(tag, member) MEMBER_(struct tag, #tag, member)
#define MEMBER(type, member) MEMBER_(type, #type, member)
/* A flexible array: it has a place and no size. */
#define FLEXIBLE(tag, member) \
	LINE(" field " #tag "." #member, " %c0 0", NUMBER(offsetof(struct tag, member)))

#define TYPE_(type, name) \
	LINE(" struct " name, " %c0 %c1", NUMBER(sizeof(type)), NUMBER(_Alignof(type)))
#define MEMBER_(type, name, member) \
	LINE(" field " name "." #member, " %c0 %c1", NUMBER(offsetof(type, member)), \
	    NUMBER(sizeof(((type *)0)->member)))
